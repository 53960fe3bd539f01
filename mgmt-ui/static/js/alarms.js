// What is wrong with a node: the badge at the top, and sentences for the
// overview.

import { may } from './api.js';
import { Icon, bytes, count, html } from './dom.js';
import { useLive } from './live.js';
import { href } from './router.js';

/** @typedef {{key: string, text: string}} Alarm */

/** What nodes complain of, in sentences. @param {any[] | undefined} nodes @returns {Alarm[]} */
export function alarmsOf(nodes) {
  return (nodes ?? []).flatMap((n) => [
    n.running === false && { key: n.name + ' down', text: `Node ${n.name} does not run.` },
    n.mem_alarm && { key: n.name + ' memory', text: `Node ${n.name} uses ${bytes(n.mem_used)} of memory, more than its limit of ${bytes(n.mem_limit)}: publishers are blocked.` },
    n.disk_free_alarm && { key: n.name + ' disk', text: `Node ${n.name} has ${bytes(n.disk_free)} of disk left, less than its limit of ${bytes(n.disk_free_limit)}: publishers are blocked.` },
  ].filter(Boolean));
}

/** The badge: nothing is shown while there is nothing. */
export function Alarms() {
  const { data } = useLive(may('monitoring') ? 'nodes' : null, { everyMs: 5000 });
  const alarms = alarmsOf(data);
  return html`<div role="status">${alarms.length > 0 && html`
    <a class="alarm-badge" href=${href([])} title=${alarms.map((a) => a.text).join('\n')}><${Icon} name="warn" />${count(alarms.length, 'alarm')}</a>`}</div>`;
}
