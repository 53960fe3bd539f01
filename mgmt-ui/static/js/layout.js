// A worker that says where the nodes and edges of a graph stand. A large graph
// takes seconds; the page goes on meanwhile. A worker has no import map, so
// the library is named by its address.

import { blocksOf, wayInto } from './blocks.js';
import { pack, partsOf } from './pack.js';

/**
 * @typedef {object} Plan
 * @property {number} id  comes back with the answer
 * @property {'LR' | 'TB'} dir
 * @property {{id: string, width: number, height: number}[]} nodes
 * @property {{id: string, from: string, to: string, width: number, height: number}[]} edges  sizes of their labels
 */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{points: Point[], label?: Point}} Way  without a label where there is no room for it */

/**
 * @typedef {object} Placed
 * @property {number} id
 * @property {Record<string, Point>} nodes  their middles
 * @property {Record<string, Way>} edges
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
    for (const [id, e] of Object.entries(p.edges)) all.edges[id] = { points: e.points.map(by), ...(e.label && { label: by(e.label) }) };
  });
  return all;
}

/** What hangs together. @param {any} dagre @param {Plan} plan @returns {Placed} */
function placePart(dagre, { id, dir, nodes, edges }) {
  const blocks = blocksOf(nodes, edges);
  const blockOf = new Map(blocks.flatMap((b) => b.members.map((m) => [m, b])));
  const g = new dagre.Graph({ multigraph: true });
  g.setGraph({ rankdir: dir, nodesep: 16, edgesep: 10, ranksep: dir === 'LR' ? 56 : 40, ranker: nodes.length > many ? 'tight-tree' : 'network-simplex' });
  for (const n of [...nodes.filter((n) => !blockOf.has(n.id)), ...blocks]) g.setNode(n.id, { width: n.width, height: n.height });
  for (const e of edges) {
    const from = blockOf.get(e.from)?.id ?? e.from, to = blockOf.get(e.to)?.id ?? e.to;
    if (from === e.from && to === e.to) g.setEdge(from, to, { width: e.width, height: e.height, labelpos: 'c' }, e.id);
    else g.setEdge(from, to, {}, 'block');
  }
  dagre.layout(g);
  const { width, height } = g.graph();
  /** @type {Record<string, Point & {id: string, width: number, height: number}>} */
  const at = Object.fromEntries(nodes.map((n) => {
    const b = blockOf.get(n.id), p = b ? b.at.get(n.id) ?? { x: 0, y: 0 } : { x: 0, y: 0 }, middle = g.node(b?.id ?? n.id);
    return [n.id, { ...n, x: middle.x + p.x, y: middle.y + p.y }];
  }));
  /** @param {Plan['edges'][number]} e @returns {Way} */
  const way = (e) => {
    const into = blockOf.get(e.to), out = blockOf.get(e.from);
    if (into) return { points: wayInto(at[e.from], at[e.to], g.node(into.id), into, dir === 'TB') };
    if (out) return { points: wayInto(at[e.to], at[e.from], g.node(out.id), out, dir === 'TB').reverse() };
    const { points, x, y } = g.edge({ v: e.from, w: e.to, name: e.id });
    return { points, label: { x: x ?? points[points.length >> 1].x, y: y ?? points[points.length >> 1].y } };
  };
  return { id, width, height, nodes: at, edges: Object.fromEntries(edges.map((e) => [e.id, way(e)])) };
}

self.onmessage = async (/** @type {MessageEvent<Plan>} */ e) => {
  self.postMessage(place(await loading, e.data));
};
