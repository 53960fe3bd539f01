// What is wrong with a node: the badge at the top, and sentences for the
// overview.

import { may } from './api.js';
import { Icon, bytes, count, html } from './dom.js';
import { useLive } from './live.js';
import { href } from './router.js';

/** @typedef {{key: string, text: string}} Alarm */

/** What nodes complain of, in sentences. @param {import('../../types/api').Node[]} [nodes] @returns {Alarm[]} */
export const alarmsOf = (nodes = []) => nodes.flatMap((n) => complaints(n).map(([of, text]) => ({ key: n.name + '\n' + of, text: `Node ${n.name} ${text}` })));

/** @param {import('../../types/api').Node} n */
function complaints(n) {
  const list = /** @type {[string, string][]} */ ([]);
  if (n.running === false) list.push(['state', 'does not run.']);
  if (n.mem_alarm) list.push(['memory', `uses ${bytes(n.mem_used)} of memory, more than its limit of ${bytes(n.mem_limit)}: publishers are blocked.`]);
  if (n.disk_free_alarm) list.push(['disk', `has ${bytes(n.disk_free)} of disk left, less than its limit of ${bytes(n.disk_free_limit)}: publishers are blocked.`]);
  return list;
}

/** The badge: nothing is shown while there is nothing. */
export function Alarms() {
  const { data } = useLive(may('monitoring') ? 'nodes' : null, { everyMs: 5000 });
  const alarms = alarmsOf(data);
  return html`<div role="status">${alarms.length > 0 && html`
    <a class="alarm-badge" href=${href([])} title=${alarms.map((a) => a.text).join('\n')}><${Icon} name="warn" />${count(alarms.length, 'alarm')}</a>`}</div>`;
}
