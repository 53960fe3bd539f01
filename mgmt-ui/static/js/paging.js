// Pages of lists that the API gives as a whole, in the shape of those that it
// pages itself.

/**
 * @typedef {object} Page
 * @property {any[]} items
 * @property {number} filtered_count
 * @property {number} total_count
 * @property {number} page
 * @property {number} page_count
 */

/** What stands at a dotted path. @param {any} of @param {string} dotted */
export const at = (of, dotted) => dotted.split('.').reduce((v, k) => v?.[k], of);

/**
 * @param {any[]} all
 * @param {{name?: string, use_regex?: boolean, sort?: string, sort_reverse?: boolean, page: number, page_size: number}} q
 * @param {(row: any) => string} nameOf  what the filter looks at
 * @returns {Page}
 */
export function pageOf(all, q, nameOf) {
  const found = q.name ? all.filter(matching(q.name, q.use_regex, nameOf)) : [...all];
  if (q.sort) found.sort(by(q.sort, q.sort_reverse ? -1 : 1));
  const page_count = Math.max(1, Math.ceil(found.length / q.page_size));
  const page = Math.min(q.page, page_count);
  const from = (page - 1) * q.page_size;
  return { items: found.slice(from, from + q.page_size), filtered_count: found.length, total_count: all.length, page, page_count };
}

/** @param {string} name @param {boolean | undefined} regex @param {(row: any) => string} nameOf */
function matching(name, regex, nameOf) {
  if (!regex) {
    const low = name.toLowerCase();
    return (/** @type {any} */ row) => nameOf(row).toLowerCase().includes(low);
  }
  try {
    const re = new RegExp(name, 'i');
    return (/** @type {any} */ row) => re.test(nameOf(row));
  } catch {
    return () => false; // as the API does with an expression it cannot read
  }
}

/** @param {string} key @param {number} sign */
const by = (key, sign) => (/** @type {any} */ a, /** @type {any} */ b) => {
  const x = at(a, key) ?? 0, y = at(b, key) ?? 0;
  if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
  return sign * String(x).localeCompare(String(y));
};

/**
 * The pages to offer: the first, the last and those about this one; 0 is a gap.
 * @param {number} page @param {number} count
 */
export function pageNumbers(page, count) {
  const wanted = [1, page - 1, page, page + 1, count].filter((n) => n >= 1 && n <= count);
  const numbers = [...new Set(wanted)].sort((a, b) => a - b);
  return numbers.flatMap((n, i) => i > 0 && n > numbers[i - 1] + 1 ? [0, n] : [n]);
}
