// A worker that says where the nodes and edges of a graph stand. A large graph
// takes seconds; the page goes on meanwhile. A worker has no import map, so
// the library is named by its address.

import { pack, partsOf } from './pack.js';

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
const gap = 28;   // between parts that do not hang together

/** @param {any} dagre @param {Plan} plan @returns {Placed} */
function place(dagre, plan) {
  const parts = partsOf(plan.nodes.map((n) => n.id), plan.edges);
  const of = new Map(parts.flatMap((ids, i) => ids.map((id) => [id, i])));
  const placed = parts.map((ids, i) => placePart(dagre, {
    ...plan, nodes: plan.nodes.filter((n) => of.get(n.id) === i), edges: plan.edges.filter((e) => of.get(e.from) === i),
  }));
  const { at, width, height } = pack(placed, 1.7, gap);
  const all = /** @type {Placed} */ ({ id: plan.id, nodes: {}, edges: {}, width: width + 2 * gap, height: height + 2 * gap });
  placed.forEach((p, i) => {
    const by = (/** @type {Point} */ { x, y }) => ({ x: x + at[i].x + gap, y: y + at[i].y + gap });
    for (const [id, n] of Object.entries(p.nodes)) all.nodes[id] = by(n);
    for (const [id, e] of Object.entries(p.edges)) all.edges[id] = { points: e.points.map(by), label: by(e.label) };
  });
  return all;
}

/** What hangs together. @param {any} dagre @param {Plan} plan @returns {Placed} */
function placePart(dagre, { id, dir, nodes, edges }) {
  const g = new dagre.Graph({ multigraph: true });
  g.setGraph({ rankdir: dir, nodesep: 16, edgesep: 10, ranksep: dir === 'LR' ? 56 : 40, ranker: nodes.length > many ? 'tight-tree' : 'network-simplex' });
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
