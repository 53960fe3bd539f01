// The list of vhosts; with a name, one of them.

import { useAddDialog } from '../adddialog.js';
import { Badge, Button, Num, PageHead, html, rate } from '../dom.js';
import { href } from '../router.js';
import { List } from '../table.js';
import { editVhost } from '../vhostform.js';
import { Vhost } from './vhost.js';

/** @typedef {import('../../../types/api').Vhost} V */

/** @param {{names: string[]}} p */
export default function Vhosts({ names }) {
  return names.length === 1 ? html`<${Vhost} name=${names[0]} />` : html`<${VhostList} />`;
}

/** @param {V} v */
const vhostHref = (v) => href(['vhosts', v.name]);

/** @param {{v: V}} p */
export const VhostFeatures = ({ v }) => html`
  <span class="features">
    <${Badge} tone=${v.default_queue_type === 'quorum' ? 'accent' : 'quiet'} title="Type of queues declared without one">${v.default_queue_type}<//>
    ${v.protected_from_deletion && html`<${Badge} title="Cannot be deleted until its protection is taken away">protected<//>`}
    ${v.tracing && html`<${Badge} tone="warn" title="Every message is copied to amq.rabbitmq.trace">tracing<//>`}
    ${v.tags?.map((t) => html`<${Badge} key=${t}>${t}<//>`)}
  </span>`;

/** @type {import('../table.js').Column<V>[]} */
const columns = [
  { key: 'name', label: 'Name', sort: 'name', cell: (v) => html`<a href=${vhostHref(v)}>${v.name}</a>` },
  { key: 'description', label: 'Description', cell: (v) => html`<span class="muted">${v.description}</span>` },
  { key: 'features', label: 'Queues are', fields: ['default_queue_type', 'protected_from_deletion', 'tracing', 'tags'], card: true, cell: (v) => html`<${VhostFeatures} v=${v} />` },
  { key: 'messages', label: 'Messages', sort: 'messages', right: true, card: true, cell: (v) => html`<${Num} of=${v.messages ?? 0} />` },
  { key: 'in', label: 'In/s', sort: 'message_stats.publish_details.rate', right: true, card: true, fields: ['message_stats'], cell: (v) => html`<${Num} of=${v.message_stats?.publish_details?.rate ?? 0} as=${rate} />` },
  { key: 'out', label: 'Out/s', sort: 'message_stats.deliver_get_details.rate', right: true, fields: ['message_stats'], cell: (v) => html`<${Num} of=${v.message_stats?.deliver_get_details?.rate ?? 0} as=${rate} />` },
];

function VhostList() {
  useAddDialog('vhost', editVhost);
  return html`
    <${PageHead} title="Vhosts" actions=${html`<${Button} kind="primary" icon="plus" onClick=${() => editVhost()}>Add a vhost<//>`} />
    <${List} id="vhosts" noun="vhost" whole path="vhosts" columns=${columns} keyOf=${(/** @type {V} */ v) => v.name} hrefOf=${vhostHref}
      empty=${html`<p class="muted">You see no vhost.</p>`} />`;
}
