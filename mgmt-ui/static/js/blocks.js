// Nodes that are all linked to the same others, such as a hundred queues of one
// exchange, stand in a block of rows: a column of them would be all height.

/** @typedef {import('./layout.js').Point} Point */
/** @typedef {{id: string, width: number, height: number}} Sized */
/** @typedef {{id: string, members: string[], width: number, height: number, at: Map<string, Point>, cell: Point}} Block  where its members stand, from its middle */

const least = 16; // of a block
const gapX = 34, gapY = 16;

/**
 * @param {Sized[]} nodes @param {{from: string, to: string}[]} edges @returns {Block[]}
 */
export function blocksOf(nodes, edges) {
  /** @type {Map<string, Set<string>>} */
  const links = new Map(nodes.map((n) => [n.id, new Set()]));
  for (const e of edges) {
    links.get(e.from)?.add('>' + e.to);
    links.get(e.to)?.add('<' + e.from);
  }
  /** @type {Map<string, Sized[]>} */
  const alike = new Map();
  for (const n of nodes) {
    const key = JSON.stringify([...links.get(n.id) ?? []].sort());
    alike.set(key, [...alike.get(key) ?? [], n]);
  }
  return [...alike].filter(([key, of]) => key !== '[]' && of.length >= least).map(([key, of]) => blockOf('block:' + key, of));
}

/** @param {string} id @param {Sized[]} of @returns {Block} */
function blockOf(id, of) {
  const cell = { x: Math.max(...of.map((n) => n.width)) + gapX, y: Math.max(...of.map((n) => n.height)) + gapY };
  const columns = Math.max(1, Math.round(Math.sqrt(of.length * cell.y / cell.x))), rows = Math.ceil(of.length / columns);
  const width = columns * cell.x, height = rows * cell.y;
  const at = new Map(of.map((n, i) => [n.id, { x: (i % columns + 0.5) * cell.x - width / 2, y: (Math.floor(i / columns) + 0.5) * cell.y - height / 2 }]));
  return { id, members: of.map((n) => n.id), width, height, at, cell };
}

/**
 * The way from a node to a member of a block, between its rows or columns.
 * @param {Point & Sized} from @param {Point & Sized} to @param {Point} middle  of the block @param {Block} b @param {boolean} upright  between columns
 * @returns {Point[]}
 */
export function wayInto(from, to, middle, b, upright) {
  const turn = (/** @type {Point} */ p) => upright ? { x: p.y, y: p.x } : p;
  const [f, t, m, cell, size] = [from, to, middle, b.cell, { x: b.width, y: b.height }].map(turn);
  const [long, wide] = upright ? [from.height, to.height] : [from.width, to.width];
  const side = f.x < m.x ? -1 : 1, alley = t.y - cell.y / 2;
  return [
    { x: f.x - side * long / 2, y: f.y }, { x: m.x + side * (size.x / 2 + 10), y: alley },
    { x: t.x + side * (wide / 2 + 14), y: alley }, { x: t.x + side * wide / 2, y: t.y },
  ].map(turn);
}
