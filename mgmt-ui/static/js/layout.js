// A worker that says where the nodes and edges of a graph stand. A large graph
// takes seconds; the page goes on meanwhile. A worker has no import map, so
// the library is named by its address.

/**
 * @typedef {object} Plan
 * @property {number} id  comes back with the answer
 * @property {'LR' | 'TB'} dir
 * @property {{id: string, width: number, height: number}[]} nodes
 * @property {{id: string, from: string, to: string, width: number, height: number}[]} edges  sizes of their labels
 */

/** @typedef {{x: number, y: number}} Point */

/**
 * @typedef {object} Placed
 * @property {number} id
 * @property {Record<string, Point>} nodes  their middles
 * @property {Record<string, {points: Point[], label: Point}>} edges
 * @property {number} width
 * @property {number} height
 */

const library = new URL('../vendor/dagre/dagre.esm.js', import.meta.url).href;
const loading = import(library);
const many = 150; // nodes for which the best ranks would take too long

/** @param {any} dagre @param {Plan} plan @returns {Placed} */
function place(dagre, { id, dir, nodes, edges }) {
  const g = new dagre.Graph({ multigraph: true });
  g.setGraph({ rankdir: dir, nodesep: 16, edgesep: 10, ranksep: dir === 'LR' ? 64 : 44, marginx: 16, marginy: 16, ranker: nodes.length > many ? 'tight-tree' : 'network-simplex' });
  for (const n of nodes) g.setNode(n.id, { width: n.width, height: n.height });
  for (const e of edges) g.setEdge(e.from, e.to, { width: e.width, height: e.height, labelpos: 'c' }, e.id);
  dagre.layout(g);
  const { width, height } = g.graph();
  return {
    id, width, height,
    nodes: Object.fromEntries(nodes.map((n) => [n.id, { x: g.node(n.id).x, y: g.node(n.id).y }])),
    edges: Object.fromEntries(edges.map((e) => {
      const { points, x, y } = g.edge({ v: e.from, w: e.to, name: e.id });
      return [e.id, { points, label: { x: x ?? points[points.length >> 1].x, y: y ?? points[points.length >> 1].y } }];
    })),
  };
}

self.onmessage = async (/** @type {MessageEvent<Plan>} */ e) => {
  self.postMessage(place(await loading, e.data));
};
