// What a policy would change, before it is sent: worked out here, from the
// names that are there. The broker's expressions know a little more than a
// browser's, so a pattern that cannot be read here may yet be one.

import { targetsOf } from './policykeys.js';

/** @typedef {import('../../types/api').Policy} Policy */
/** @typedef {{name: string, of: string, arguments: Record<string, any>}} Target  of: a single value of apply-to */

/**
 * @typedef {object} Preview
 * @property {string} [unreadable]  why nothing can be said
 * @property {Target[]} matched
 * @property {{target: Target, by: string}[]} overrides  where it takes the place of another
 * @property {{target: Target, by: string}[]} beaten  where another goes first
 * @property {Target[]} left  what the policy held before, and would not any more
 * @property {{target: Target, keys: string[]}[]} own  queues whose own arguments say something else
 */

const kindOf = /** @type {Record<string, string>} */ ({ classic: 'classic_queues', quorum: 'quorum_queues', stream: 'streams' });

/** Everything a policy of a vhost may hold. @param {any[]} queues @param {any[]} exchanges @returns {Target[]} */
export const targets = (queues, exchanges) => [
  ...queues.map((q) => ({ name: q.name, of: kindOf[q.type] ?? q.type, arguments: q.arguments ?? {} })),
  ...exchanges.filter((x) => x.name !== '').map((x) => ({ name: x.name, of: 'exchanges', arguments: {} })),
];

/** Whether a policy holds a target, before others are asked. @param {Policy} p @returns {(t: Target) => boolean} */
function matcher(p) {
  const re = new RegExp(p.pattern), of = targetsOf(p['apply-to']);
  return (t) => of.includes(t.of) && re.test(t.name);
}

/** The same for policies that the browser may not be able to read. @param {Policy} p */
function cautious(p) {
  try {
    return matcher(p);
  } catch {
    return () => false;
  }
}

/** Which of two goes first: the higher priority, then the name. @param {Policy} a @param {Policy} b */
const precedence = (a, b) => (b.priority - a.priority) || (a.name < b.name ? -1 : 1);

/**
 * @param {Policy} p  as it would be
 * @param {Policy | undefined} was  as it is
 * @param {Policy[]} others  of the same vhost and author
 * @param {Target[]} all
 * @returns {Preview}
 */
export function previewOf(p, was, others, all) {
  /** @type {Preview} */
  const v = { matched: [], overrides: [], beaten: [], left: [], own: [] };
  let holds;
  try {
    holds = matcher(p);
  } catch (e) {
    return { ...v, unreadable: /** @type {Error} */ (e).message };
  }
  const held = was ? cautious(was) : () => false;
  const rivals = others.filter((o) => o.name !== p.name).sort(precedence).map((o) => ({ o, holds: cautious(o) }));
  for (const target of all) {
    if (!holds(target)) {
      if (held(target)) v.left.push(target);
      continue;
    }
    v.matched.push(target);
    const rival = rivals.find((r) => r.holds(target))?.o;
    if (rival && precedence(rival, p) < 0) v.beaten.push({ target, by: rival.name });
    else if (rival) v.overrides.push({ target, by: rival.name });
    const keys = Object.keys(p.definition).filter((k) => 'x-' + k in target.arguments);
    if (keys.length) v.own.push({ target, keys });
  }
  return v;
}
