// The list of queues; with two names, one of them.

import { useAddDialog } from '../adddialog.js';
import { may } from '../api.js';
import { Badge, Button, Empty, Num, PageHead, Snippet, Spark, State, bytes, html, number, rate, useMemo } from '../dom.js';
import { addQueue } from '../queueform.js';
import { deleteQueues, purgeQueues } from '../queueactions.js';
import { useLive, useTrail } from '../live.js';
import { vhost } from '../prefs.js';
import { queueHref } from '../router.js';
import { sendSnippet } from '../snippets.js';
import { List } from '../table.js';
import { ofVhost, showsVhost } from '../vhosts.js';
import { Queue } from './queue.js';

/** @typedef {import('../../../types/api').Queue} Q */

/** @param {{names: string[]}} p */
export default function Queues({ names }) {
  return names.length === 2 ? html`<${Queue} vhost=${names[0]} name=${names[1]} />` : html`<${QueueList} />`;
}

/** What kind a queue is and what it is like, in few letters. @param {{q: Q}} p */
export const Features = ({ q }) => html`
  <span class="features">
    <${Badge} tone=${q.type === 'classic' ? 'quiet' : 'accent'}>${q.type}<//>
    ${!q.durable && html`<${Badge} title="Gone after a restart">transient<//>`}
    ${q.auto_delete && html`<${Badge} title="Deleted when its last consumer leaves">auto-delete<//>`}
    ${q.exclusive && html`<${Badge} title="Of one connection only">exclusive<//>`}
    ${q.protected_from_deletion && html`<${Badge} title="Cannot be deleted until its protection is taken away">protected<//>`}
    ${q.arguments?.['x-dead-letter-exchange'] !== undefined && html`<${Badge} title="Dead letters go on from here">DLX<//>`}
    ${q.policy && html`<${Badge} tone="accent" title=${'Policy ' + q.policy}>${q.policy}<//>`}
  </span>`;

/** How full a queue is against the fullest of the page, by the logarithm: one that is very full leaves the others visible. @param {{q: Q, top: number, trail: number[]}} p */
function Depth({ q, top, trail }) {
  const { messages_ready: ready = 0, messages_unacknowledged: unacked = 0 } = q;
  const share = 100 * Math.log1p(ready + unacked) / Math.log1p(top) / Math.max(1, ready + unacked);
  return html`
    <span class="depth">
      <span class="depth-bar" title=${`${number(ready)} ready, ${number(unacked)} unacked`}>
        <i class="ready" style=${`width:${share * ready}%`}></i><i class="unacked" style=${`width:${share * unacked}%`}></i>
      </span>
      <${Spark} values=${trail} tone="ready" />
    </span>`;
}

/** @param {ReturnType<typeof useTrail>} trail @returns {import('../table.js').Column<Q>[]} */
const columns = (trail) => [
  { key: 'name', label: 'Name', sort: 'name', fields: ['name', 'vhost'], cell: (q) => html`<a href=${queueHref(q)}>${q.name}</a>${showsVhost() && html`<span class="vhost">${q.vhost}</span>`}` },
  { key: 'features', label: 'Type', sort: 'type', fields: ['type', 'durable', 'auto_delete', 'exclusive', 'arguments', 'policy', 'protected_from_deletion'], cell: (q) => html`<${Features} q=${q} />` },
  { key: 'state', label: 'State', sort: 'state', card: true, cell: (q) => html`<${State} of=${q.state} />` },
  { key: 'depth', label: 'Depth', fields: ['messages', 'messages_ready', 'messages_unacknowledged'], cell: (q, list) => html`
    <${Depth} q=${q} top=${Math.max(1, ...list.rows.map((r) => r.messages ?? 0))} trail=${trail(q.vhost + '\n' + q.name, list.answer, q.messages ?? 0)} />` },
  { key: 'messages_ready', label: 'Ready', sort: 'messages_ready', right: true, card: true, cell: (q) => html`<${Num} of=${q.messages_ready} />` },
  { key: 'messages_unacknowledged', label: 'Unacked', sort: 'messages_unacknowledged', right: true, card: true, cell: (q) => html`<${Num} of=${q.messages_unacknowledged} />` },
  { key: 'in', label: 'In/s', sort: 'message_stats.publish_details.rate', right: true, card: true, fields: ['message_stats.publish_details.rate'], cell: (q) => html`<${Num} of=${q.message_stats?.publish_details?.rate ?? 0} as=${rate} />` },
  { key: 'out', label: 'Out/s', sort: 'message_stats.deliver_get_details.rate', right: true, card: true, fields: ['message_stats.deliver_get_details.rate'], cell: (q) => html`<${Num} of=${q.message_stats?.deliver_get_details?.rate ?? 0} as=${rate} />` },
  { key: 'ack', label: 'Ack/s', sort: 'message_stats.ack_details.rate', right: true, hidden: true, fields: ['message_stats.ack_details.rate'], cell: (q) => html`<${Num} of=${q.message_stats?.ack_details?.rate ?? 0} as=${rate} />` },
  { key: 'consumers', label: 'Consumers', sort: 'consumers', right: true, card: true, cell: (q) => q.consumers === 0 && q.messages ? html`<${Badge} tone="warn" title="It has messages that nobody takes">◆ none<//>` : html`<${Num} of=${q.consumers} />` },
  { key: 'message_bytes', label: 'Bytes', sort: 'message_bytes', right: true, hidden: true, cell: (q) => html`<${Num} of=${q.message_bytes} as=${bytes} />` },
  { key: 'messages', label: 'Total', sort: 'messages', right: true, hidden: true, cell: (q) => html`<${Num} of=${q.messages} />` },
  { key: 'node', label: 'Node', sort: 'node', hidden: true, cell: (q) => html`<span class="muted">${q.node}</span>` },
];

function QueueList() {
  const trail = useTrail(30);
  const shown = useMemo(() => columns(trail), [trail]);
  useAddDialog('queue', addQueue);
  return html`
    <${PageHead} title="Queues" actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => addQueue()}>Add a queue<//>`} />
    <${List} id="queues" noun="queue" path=${ofVhost('queues')}
      columns=${shown} fields=${['name', 'vhost', 'messages', 'consumers']} keyOf=${(/** @type {Q} */ q) => q.vhost + '\n' + q.name} hrefOf=${queueHref}
      bulk=${[{ label: 'Purge…', icon: 'purge', run: purgeQueues }, { label: 'Delete…', icon: 'trash', danger: true, run: deleteQueues }]}
      empty=${html`<${NoQueues} />`} />`;
}

function NoQueues() {
  const { data } = useLive(may('management') || may('monitoring') ? 'overview' : null, { everyMs: 60000 });
  return html`
    <${Empty} icon="queues" title=${vhost.value ? `No queues in vhost ${vhost.value}` : 'No queues yet'}>
      <p>Messages wait in queues until consumers take them. Declare one from a program:</p>
      <${Snippet} label="Python, with pika" text=${sendSnippet(data, vhost.value || '/')} />
      <p><${Button} kind="primary" icon="plus" onClick=${() => addQueue()}>Add a queue here<//></p>
    <//>`;
}
