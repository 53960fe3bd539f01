// What an import of definitions would do, record by record, worked out here
// for a broker that does not plan. The shape is that of the broker's plan.

/** @typedef {import('../../types/api').Plan} Plan */
/** @typedef {import('../../types/api').Intent} Intent */
/** @typedef {Record<string, any>} Definitions */

/** The lists of a file, the kind of what is in them, and what names it. @type {[string, string, string[]][]} */
const lists = [
  ['vhosts', 'vhost', ['name']], ['users', 'user', ['name']],
  ['permissions', 'permission', ['vhost', 'user']], ['topic_permissions', 'topic_permission', ['vhost', 'user', 'exchange']],
  ['parameters', 'parameter', ['vhost', 'component', 'name']], ['global_parameters', 'global_parameter', ['name']],
  ['policies', 'policy', ['vhost', 'name']], ['exchanges', 'exchange', ['vhost', 'name']], ['queues', 'queue', ['vhost', 'name']],
  ['bindings', 'binding', ['vhost', 'source', 'destination_type', 'destination', 'routing_key', 'arguments']],
];

/** What cannot be changed once it is there. */
const fixed = ['queue', 'exchange'];

/** Compared as text: keys in order, nothing and empty alike. @param {any} v @returns {string} */
export const canonical = (v) => JSON.stringify(v, (_, o) => o && typeof o === 'object' && !Array.isArray(o) ? Object.fromEntries(Object.keys(o).sort().map((k) => [k, o[k]])) : o) ?? '';

/** The keys in which two records differ; what the wanted one is silent of stays as it is. @param {any} was @param {any} is */
export const changedKeys = (was, is) => Object.keys(is ?? {}).filter((k) => canonical(was?.[k]) !== canonical(is[k])).sort();

/**
 * What changes, value by value; of an object, only what differs in it.
 * @param {any} was @param {any} is
 * @returns {{key: string, was: any, is: any}[]}
 */
export const changesOf = (was, is) => changedKeys(was, is).flatMap((key) => {
  if (!isObject(was?.[key]) || !isObject(is[key])) return [{ key, was: was?.[key], is: is[key] }];
  const inner = [...new Set([...Object.keys(was[key]), ...Object.keys(is[key])])].sort();
  return inner.filter((k) => canonical(was[key][k]) !== canonical(is[key][k])).map((k) => ({ key: `${key}.${k}`, was: was[key][k], is: is[key][k] }));
});

/** @param {any} v */
const isObject = (v) => v !== null && typeof v === 'object' && !Array.isArray(v);

/**
 * @param {Definitions} now     what is there
 * @param {Definitions} wanted  what is imported
 * @param {string} [vhost]      where what names no vhost goes
 * @returns {Plan}
 */
export function planOf(now, wanted, vhost = '') {
  /** @type {Intent[]} */
  const all = [];
  for (const [list, kind, names] of lists) {
    const keyOf = (/** @type {any} */ r) => canonical(names.map((n) => r[n]));
    const there = new Map((now[list] ?? []).map((/** @type {any} */ r) => [keyOf(r), r]));
    for (const record of wanted[list] ?? []) {
      const is = vhost && names.includes('vhost') ? { ...record, vhost } : record;
      all.push(intentOf(kind, there.get(keyOf(is)), is));
    }
  }
  const order = ['conflict', 'change', 'create', 'keep'];
  const counts = Object.fromEntries(order.map((a) => [a, all.filter((i) => i.action === a).length]).filter(([, n]) => n !== 0));
  return { counts, complete: true, records: all.filter((i) => i.action !== 'keep').sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action)) };
}

/** @param {string} kind @param {any} was @param {any} is @returns {Intent} */
function intentOf(kind, was, is) {
  const of = { kind, vhost: is.vhost, is };
  if (!was) return { action: 'create', ...of };
  const changed = changedKeys(was, is);
  if (changed.length === 0) return { action: 'keep', ...of, was };
  if (fixed.includes(kind)) return { action: 'conflict', ...of, was, reason: `it is there with another ${changed.join(', ')}, and cannot be changed` };
  return { action: 'change', ...of, was };
}

const ends = /** @type {Record<string, (r: any) => string>} */ ({
  permission: (r) => r.user, topic_permission: (r) => `${r.user} on ${r.exchange || '(default)'}`,
  parameter: (r) => `${r.component} ${r.name}`, binding: (r) => `${r.source} → ${r.destination} by ${r.routing_key || '(empty)'}`,
});

/** What a record is called. @param {Intent} i */
export const nameOf = (i) => ends[i.kind]?.(i.is) ?? i.is.name;
