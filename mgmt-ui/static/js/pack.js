// What hangs together in a graph, and how such parts are put beside each other.

/**
 * The parts of a graph: the ids of those that hang together, large parts first.
 * @param {string[]} ids @param {{from: string, to: string}[]} edges @returns {string[][]}
 */
export function partsOf(ids, edges) {
  const root = new Map(ids.map((id) => [id, id]));
  /** @param {string} id */
  const top = (id) => {
    let at = id;
    for (let up; (up = /** @type {string} */ (root.get(at))) !== at; at = up) root.set(at, /** @type {string} */ (root.get(up)));
    return at;
  };
  for (const e of edges) root.set(top(e.from), top(e.to));
  /** @type {Map<string, string[]>} */
  const parts = new Map();
  for (const id of ids) {
    const at = top(id);
    parts.set(at, [...parts.get(at) ?? [], id]);
  }
  return [...parts.values()].sort((a, b) => b.length - a.length);
}

/**
 * Puts boxes into rows, so that all of them together are about as wide as said.
 * @param {{width: number, height: number}[]} boxes @param {number} ratio  of width to height @param {number} gap
 * @returns {{at: {x: number, y: number}[], width: number, height: number}} their corners
 */
export function pack(boxes, ratio, gap) {
  const area = boxes.reduce((n, b) => n + (b.width + gap) * (b.height + gap), 0);
  const most = Math.max(Math.sqrt(area * ratio), ...boxes.map((b) => b.width));
  const at = boxes.map(() => ({ x: 0, y: 0 }));
  const order = boxes.map((_, i) => i).sort((a, b) => boxes[b].height - boxes[a].height || boxes[b].width - boxes[a].width);
  let x = 0, y = 0, row = 0, width = 0;
  for (const i of order) {
    const b = boxes[i];
    if (x > 0 && x + b.width > most) [x, y, row] = [0, y + row + gap, 0];
    at[i] = { x, y };
    x += b.width + gap;
    row = Math.max(row, b.height);
    width = Math.max(width, x - gap);
  }
  return { at, width, height: y + row };
}
