// The list of channels; with a name, one of them.

import { Badge, Empty, Num, PageHead, State, html, rate } from '../dom.js';
import { vhost } from '../prefs.js';
import { channelHref, connectionHref } from '../router.js';
import { List } from '../table.js';
import { Channel } from './channel.js';

/** @typedef {import('../../../types/api').Channel} C */

/** @param {{names: string[]}} p */
export default function Channels({ names }) {
  return names.length === 1 ? html`<${Channel} name=${names[0]} />` : html`<${ChannelList} />`;
}

/** @param {{c: C}} p */
export const Modes = ({ c }) => html`
  <span class="features">
    ${c.confirm && html`<${Badge} tone="accent" title="Publishes are confirmed">confirms<//>`}
    ${c.transactional && html`<${Badge} tone="warn" title="Publishes and acks are in transactions">tx<//>`}
  </span>`;

/** @param {{c: C}} p */
const Prefetch = ({ c }) => c.consumer_count && !c.prefetch_count && !c.global_prefetch_count
  ? html`<span class="zero" title="No limit for the channel; consumers may have their own">–</span>`
  : html`<${Num} of=${c.prefetch_count} />${!!c.global_prefetch_count && html` <span class="muted">(${c.global_prefetch_count} in all)</span>`}`;

/** A name without the broker's end, which all of them have: the number at its end must be seen. @param {string} name */
const shortName = (name) => name.replace(/ -> \S+/, '');

/** @type {import('../table.js').Column<C>[]} */
const columns = [
  { key: 'name', label: 'Channel', sort: 'name', fields: ['name', 'number'], cell: (c) => html`<a href=${channelHref(c.name)} title=${c.name}>${shortName(c.name)}</a>` },
  { key: 'user', label: 'User', sort: 'user', cell: (c) => c.user },
  { key: 'vhost', label: 'Vhost', sort: 'vhost', hidden: true, cell: (c) => c.vhost },
  { key: 'modes', label: 'Mode', fields: ['confirm', 'transactional'], cell: (c) => html`<${Modes} c=${c} />` },
  { key: 'state', label: 'State', sort: 'state', card: true, cell: (c) => html`<${State} of=${c.state} />` },
  { key: 'consumer_count', label: 'Consumers', sort: 'consumer_count', right: true, card: true, cell: (c) => html`<${Num} of=${c.consumer_count} />` },
  { key: 'prefetch_count', label: 'Prefetch', sort: 'prefetch_count', right: true, fields: ['prefetch_count', 'global_prefetch_count', 'consumer_count'], cell: (c) => html`<${Prefetch} c=${c} />` },
  { key: 'messages_unacknowledged', label: 'Unacked', sort: 'messages_unacknowledged', right: true, card: true, cell: (c) => html`<${Num} of=${c.messages_unacknowledged} />` },
  { key: 'messages_unconfirmed', label: 'Unconfirmed', sort: 'messages_unconfirmed', right: true, cell: (c) => html`<${Num} of=${c.messages_unconfirmed} />` },
  { key: 'publish', label: 'Publish/s', sort: 'message_stats.publish_details.rate', right: true, card: true, fields: ['message_stats.publish_details.rate'], cell: (c) => html`<${Num} of=${c.message_stats?.publish_details?.rate ?? 0} as=${rate} />` },
  { key: 'deliver', label: 'Deliver/s', sort: 'message_stats.deliver_get_details.rate', right: true, fields: ['message_stats.deliver_get_details.rate'], cell: (c) => html`<${Num} of=${c.message_stats?.deliver_get_details?.rate ?? 0} as=${rate} />` },
  { key: 'ack', label: 'Ack/s', sort: 'message_stats.ack_details.rate', right: true, fields: ['message_stats.ack_details.rate'], cell: (c) => html`<${Num} of=${c.message_stats?.ack_details?.rate ?? 0} as=${rate} />` },
];

const ChannelList = () => html`
  <${PageHead} title="Channels" />
  <${List} id="channels" noun="channel" path=${vhost.value ? `vhosts/${encodeURIComponent(vhost.value)}/channels` : 'channels'} columns=${columns} fields=${['name']}
    keyOf=${(/** @type {C} */ c) => c.name} hrefOf=${(/** @type {C} */ c) => channelHref(c.name)}
    empty=${html`<${Empty} icon="channels" title="No channel is open"><p>Clients open channels over their <a href=${connectionHref('').replace(/\/$/, '')}>connections</a>.</p><//>`} />`;

/** The channels of one connection. @param {{of: C[]}} p */
export const ChannelTable = ({ of }) => html`
  <div class="table-box" tabindex="0" role="region" aria-label="Channels">
  <table class="table"><thead><tr>${columns.filter((c) => !['user', 'vhost'].includes(c.key)).map((c) => html`<th scope="col" key=${c.key} class=${(c.right ? 'right ' : '') + (c.card ? '' : 'wide-cell')}>${c.label}</th>`)}</tr></thead>
    <tbody>${of.map((row) => html`<tr key=${row.name}>${columns.filter((c) => !['user', 'vhost'].includes(c.key)).map((c, i) => html`
      <td key=${c.key} data-label=${c.label} class=${(c.right ? 'right ' : '') + (i === 0 ? 'name' : c.card ? 'card-cell' : 'wide-cell')}>${c.cell(row, { answer: null, rows: of })}</td>`)}</tr>`)}</tbody></table></div>`;
