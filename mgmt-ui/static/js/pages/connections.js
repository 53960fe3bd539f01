// The list of connections; with a name, one of them.

import { Badge, Empty, Num, PageHead, Snippet, State, Age, bytes, html } from '../dom.js';
import { closeConnections } from '../connectionactions.js';
import { useLive } from '../live.js';
import { vhost } from '../prefs.js';
import { connectionHref } from '../router.js';
import { sendSnippet } from '../snippets.js';
import { List } from '../table.js';
import { Connection } from './connection.js';

/** @typedef {import('../../../types/api').Connection} C */

/** @param {{names: string[]}} p */
export default function Connections({ names }) {
  return names.length === 1 ? html`<${Connection} name=${names[0]} />` : html`<${ConnectionList} />`;
}

/** What a client calls itself. @param {C} c */
export const clientOf = (c) => {
  const p = c.client_properties ?? {};
  return [p.product, p.version].filter(Boolean).join(' ') || p.platform || '';
};

/** @param {number | undefined} n */
const perSecond = (n) => bytes(n) + '/s';

/** @type {import('../table.js').Column<C>[]} */
const columns = [
  { key: 'name', label: 'Connection', sort: 'name', fields: ['name', 'user_provided_name', 'client_properties'], cell: (c) => html`
    <a href=${connectionHref(c.name)}>${c.user_provided_name ?? c.client_properties?.connection_name ?? c.name}</a>
    ${(c.user_provided_name ?? c.client_properties?.connection_name) && html`<span class="vhost">${c.name.split(' -> ')[0]}</span>`}` },
  { key: 'client', label: 'Client', fields: ['client_properties'], cell: (c) => html`<span class="muted">${clientOf(c)}</span>` },
  { key: 'user', label: 'User', sort: 'user', card: true, cell: (c) => c.user },
  { key: 'vhost', label: 'Vhost', sort: 'vhost', hidden: true, cell: (c) => c.vhost },
  { key: 'state', label: 'State', sort: 'state', card: true, cell: (c) => html`<${State} of=${c.state} />` },
  { key: 'ssl', label: 'TLS', sort: 'ssl', cell: (c) => c.ssl ? html`<${Badge} tone="ok" title=${c.ssl_protocol}>TLS<//>` : html`<span class="zero">no</span>` },
  { key: 'protocol', label: 'Protocol', sort: 'protocol', hidden: true, cell: (c) => c.protocol },
  { key: 'channels', label: 'Channels', sort: 'channels', right: true, card: true, cell: (c) => html`<${Num} of=${c.channels} />` },
  { key: 'recv', label: 'From client', sort: 'recv_oct_details.rate', right: true, card: true, fields: ['recv_oct_details.rate'], cell: (c) => html`<${Num} of=${c.recv_oct_details?.rate ?? 0} as=${perSecond} />` },
  { key: 'send', label: 'To client', sort: 'send_oct_details.rate', right: true, fields: ['send_oct_details.rate'], cell: (c) => html`<${Num} of=${c.send_oct_details?.rate ?? 0} as=${perSecond} />` },
  { key: 'connected_at', label: 'Since', sort: 'connected_at', right: true, cell: (c) => html`<${Age} at=${c.connected_at} />` },
];

function ConnectionList() {
  return html`
    <${PageHead} title="Connections" />
    <${List} id="connections" noun="connection" path=${vhost.value ? `vhosts/${encodeURIComponent(vhost.value)}/connections` : 'connections'} columns=${columns} fields=${['name']}
      keyOf=${(/** @type {C} */ c) => c.name} hrefOf=${(/** @type {C} */ c) => connectionHref(c.name)}
      bulk=${[{ label: 'Close…', icon: 'close', danger: true, run: closeConnections }]} empty=${html`<${NoConnections} />`} />`;
}

function NoConnections() {
  const { data } = useLive('overview', { everyMs: 60000 });
  return html`<${Empty} icon="connections" title="Nobody is connected"><p>A first program to connect with:</p><${Snippet} label="Python, with pika" text=${sendSnippet(data, vhost.value || '/')} /><//>`;
}
