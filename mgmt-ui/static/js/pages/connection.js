// A connection: who is at the other end, and what goes over it.

import { path } from '../api.js';
import { Chart, RangePicker, lines, samplesQuery } from '../chart.js';
import { closeConnections } from '../connectionactions.js';
import { Age, Badge, Button, Card, Failed, KeyValue, Loading, PageHead, State, bytes, html, number, span, useMemo } from '../dom.js';
import { useLive } from '../live.js';
import { ChannelTable } from './channels.js';
import { clientOf } from './connections.js';

/** @typedef {import('../../../types/api').Connection} C */

/** @param {{name: string}} p */
export function Connection({ name }) {
  const at = path`connections/${name}`;
  /** @type {import('../live.js').Live<C>} */
  const { data: c, error } = useLive(at + '?' + samplesQuery('data_rates'));
  const channels = useLive(at + '/channels');
  if (!c) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const gone = error && /** @type {any} */ (error).status === 404;
  const called = c.user_provided_name ?? c.client_properties?.connection_name;
  return html`
    <${PageHead} kind="connection" title=${called ?? name} meta=${html`<${State} of=${gone ? 'closed' : c.state} />${called && html`<span>${name}</span>`}<span>${c.user} in ${c.vhost}</span>${c.ssl && html`<${Badge} tone="ok">TLS<//>`}`}
      actions=${!gone && html`<${Button} icon="close" kind="danger" onClick=${() => closeConnections([c])}>Close<//>`} />
    ${gone && html`<p class="stale" role="alert">The connection is closed. This is how it was.</p>`}
    <div class="columns-2 uneven">
      <${Data} c=${c} />
      <${Client} c=${c} />
    </div>
    <${Card} title="Channels">${channels.data?.length ? html`<${ChannelTable} of=${channels.data} />` : html`<p class="muted">No channel is open.</p>`}<//>`;
}

/** @param {{c: C}} p */
function Data({ c }) {
  const { times, series } = useMemo(() => lines([
    { label: 'from client', color: 'publish', of: c.recv_oct_details },
    { label: 'to client', color: 'deliver', of: c.send_oct_details },
  ]), [c]);
  return html`
    <${Card} title="Bytes per second" actions=${html`<${RangePicker} />`}><${Chart} title="Bytes per second" times=${times} series=${series} format=${bytes} />
      <${KeyValue} of=${[['From client, in all', bytes(c.recv_oct)], ['To client, in all', bytes(c.send_oct)]]} /><//>`;
}

/** @param {{c: C}} p */
const Client = ({ c }) => html`
  <${Card} title="Client">
    <${KeyValue} of=${[
      ['Program', clientOf(c)], ['Platform', c.client_properties?.platform], ['Peer', `${c.peer_host}:${c.peer_port}`], ['Since', html`<${Age} at=${c.connected_at} />`],
      ['Protocol', c.protocol], ['Login', c.auth_mechanism], ['Heartbeat', c.timeout ? span(c.timeout * 1000) : 'none'], ['Largest frame', bytes(c.frame_max)],
      ['Channels', `${number(c.channels)} of ${number(c.channel_max)}`], ['TLS', c.ssl ? [c.ssl_protocol, c.ssl_cipher].filter(Boolean).join(', ') : undefined],
      ['Certificate', c.peer_cert_subject], ['Node', c.node],
    ]} />
    ${c.client_properties?.capabilities && html`<p class="features">${Object.entries(c.client_properties.capabilities).filter(([, on]) => on).map(([k]) => html`<${Badge} key=${k}>${k}<//>`)}</p>`}
  <//>`;
