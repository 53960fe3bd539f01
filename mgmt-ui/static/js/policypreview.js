// What a policy would change, before it is sent: worked out here, from the
// names that are there. The broker's expressions know a little more than a
// browser's, so a pattern that cannot be read here may yet be one.

import { hasEffect, isForQueues, targetsOf } from './policykeys.js';

/** @typedef {import('../../types/api').Policy} Policy */
/** @typedef {{name: string, of: string, arguments: Record<string, any>}} Target  of: a single value of apply-to */
/** @typedef {{target: Target, by: string[], keys: string[]}} Contest  by: other policies; keys: what they set as well, if policies merge */

/**
 * @typedef {object} Preview
 * @property {string} [unreadable]  why nothing can be said
 * @property {Target[]} matched
 * @property {Contest[]} overrides  where it takes the place of others
 * @property {Contest[]} beaten  where others go first
 * @property {Target[]} left  what the policy held before, and would not any more
 * @property {{target: Target, keys: string[]}[]} own  queues whose own arguments say something, too
 */

const kindOf = /** @type {Record<string, string>} */ ({ classic: 'classic_queues', quorum: 'quorum_queues', stream: 'streams' });

/** Everything a policy of a vhost may hold. @param {any[]} queues @param {any[]} exchanges @returns {Target[]} */
export const targets = (queues, exchanges) => [
  ...queues.map((q) => ({ name: q.name, of: kindOf[q.type] ?? q.type, arguments: q.arguments ?? {} })),
  ...exchanges.filter((x) => x.name !== '').map((x) => ({ name: x.name, of: 'exchanges', arguments: {} })),
];

/**
 * Whether a policy holds a target, before others are asked. Where policies
 * merge, one key for its kind is enough; else none may be for other kinds.
 * @param {Policy} p @param {boolean} merge @returns {(t: Target) => boolean}
 */
function matcher(p, merge) {
  const re = new RegExp(p.pattern), of = targetsOf(p['apply-to']), keys = Object.keys(p.definition);
  /** @param {Target} t */
  const suits = (t) => keys.length === 0 || keys.some((k) => hasEffect(k, t.of)) && (merge || t.of === 'exchanges' || keys.every((k) => !isForQueues(k) || hasEffect(k, t.of)));
  return (t) => of.includes(t.of) && re.test(t.name) && suits(t);
}

/** The same for policies that the browser may not be able to read. @param {Policy} p @param {boolean} merge */
function cautious(p, merge) {
  try {
    return matcher(p, merge);
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
 * @param {boolean} merge  whether all that match have a say, key by key; else the first of them only
 * @returns {Preview}
 */
export function previewOf(p, was, others, all, merge) {
  /** @type {Preview} */
  const v = { matched: [], overrides: [], beaten: [], left: [], own: [] };
  let holds;
  try {
    holds = matcher(p, merge);
  } catch (e) {
    return { ...v, unreadable: /** @type {Error} */ (e).message };
  }
  const held = was ? cautious(was, merge) : () => false;
  const rivals = others.filter((o) => o.name !== p.name).sort(precedence).map((o) => ({ o, holds: cautious(o, merge) }));
  for (const target of all) {
    if (!holds(target)) {
      if (held(target)) v.left.push(target);
      continue;
    }
    v.matched.push(target);
    const keys = Object.keys(p.definition).filter((k) => hasEffect(k, target.of));
    const here = rivals.filter((r) => r.holds(target)).map((r) => r.o);
    contest(v, p, target, merge ? keys.map((k) => ({ key: k, rival: here.find((o) => k in o.definition) })) : [{ key: '', rival: here[0] }]);
    const own = keys.filter((k) => 'x-' + k in target.arguments);
    if (own.length) v.own.push({ target, keys: own });
  }
  return v;
}

/** Who wins on a target, of each key. @param {Preview} v @param {Policy} p @param {Target} target @param {{key: string, rival?: Policy}[]} over */
function contest(v, p, target, over) {
  for (const [into, loses] of /** @type {[Contest[], boolean][]} */ ([[v.overrides, false], [v.beaten, true]])) {
    const met = over.filter(({ rival }) => rival && (precedence(rival, p) < 0) === loses);
    if (met.length) into.push({ target, by: [...new Set(met.map((m) => m.rival?.name ?? ''))], keys: met.map((m) => m.key).filter(Boolean) });
  }
}
