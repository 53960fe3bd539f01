// The whole broker at a glance: what flows, what lies, what needs attention.

import { alarmsOf } from '../alarms.js';
import { may } from '../api.js';
import { Chart, RangePicker, lines, samplesQuery } from '../chart.js';
import { Badge, Card, Failed, Icon, KeyValue, Loading, PageHead, Snippet, Spark, State, bytes, count, html, number, rate, span, useMemo } from '../dom.js';
import { Gauge } from '../gauge.js';
import { useLive } from '../live.js';
import { href, queueHref } from '../router.js';
import { sendSnippet } from '../snippets.js';
import { ofVhost } from '../vhosts.js';

/** @typedef {import('../../../types/api').Overview} O */
/** @typedef {import('../../../types/api').Node} N */

export default function Overview() {
  /** @type {import('../live.js').Live<O>} */
  const overview = useLive('overview?' + samplesQuery('lengths', 'msg_rates'));
  /** @type {import('../live.js').Live<N[]>} */
  const nodes = useLive(may('monitoring') ? 'nodes' : null);
  if (!overview.data) return overview.error ? html`<${Failed} error=${overview.error} whole />` : html`<${Loading} />`;
  const o = overview.data;
  return html`
    <${PageHead} title="Overview" meta=${html`<span>${o.cluster_name}</span><span>HutchMQ ${o.product_version}</span>`} actions=${html`<${RangePicker} />`} />
    <${Totals} o=${o} />
    <div class="columns-2">
      <${MessageRates} of=${o.message_stats} />
      <${Depths} of=${o.queue_totals} />
    </div>
    <div class="columns-2 uneven">
      <${Attention} nodes=${nodes.data} o=${o} />
      <${Churn} of=${o.churn_rates} />
    </div>
    ${nodes.data && html`<${Nodes} nodes=${nodes.data} />`}
    <${Listeners} of=${o.listeners} />`;
}

/** @param {{o: O}} p */
function Totals({ o }) {
  const { message_stats: m = {}, queue_totals: q = {}, object_totals: t = {} } = o;
  return html`
    <div class="tiles">
      <${Tile} label="In" value=${rate(m.publish_details?.rate ?? 0)} unit="/s" of=${m.publish_details} tone="publish" />
      <${Tile} label="Out" value=${rate(m.deliver_get_details?.rate ?? 0)} unit="/s" of=${m.deliver_get_details} tone="deliver" />
      <${Tile} label="Ready" value=${number(q.messages_ready ?? 0)} of=${q.messages_ready_details} level tone="ready" to=${href(['queues'], { sort: 'messages_ready', sort_reverse: 'true' })} />
      <${Tile} label="Unacked" value=${number(q.messages_unacknowledged ?? 0)} of=${q.messages_unacknowledged_details} level tone="unacked" to=${href(['queues'], { sort: 'messages_unacknowledged', sort_reverse: 'true' })} />
      <div class="tile objects">
        ${[['queues', 'Queues'], ['exchanges', 'Exchanges'], ['connections', 'Connections'], ['channels', 'Channels']].map(([path, label]) => html`
          <a key=${path} href=${href([path])}><b>${number(t[path])}</b><span>${label}</span></a>`)}
        <span><b>${number(t.consumers)}</b><span>Consumers</span></span>
      </div>
    </div>`;
}

/** @param {{label: string, value: string, unit?: string, of?: import('../chart.js').Details, level?: boolean, tone: string, to?: string}} p */
function Tile({ label, value, unit, of, level, tone, to }) {
  const values = useMemo(() => lines([{ label, color: tone, of, level }]).series[0].values.filter((v) => v !== null), [of]);
  const inside = html`<span class="tile-label">${label}</span><span class="tile-value">${value}${unit && html`<small>${unit}</small>`}</span><${Spark} values=${values} tone=${tone} />`;
  return to ? html`<a class="tile" href=${to}>${inside}</a>` : html`<div class="tile">${inside}</div>`;
}

/** @param {{of?: any}} p */
function MessageRates({ of = {} }) {
  const { times, series } = useMemo(() => lines([
    { label: 'publish', color: 'publish', of: of.publish_details },
    { label: 'deliver', color: 'deliver', of: of.deliver_get_details },
    { label: 'ack', color: 'ack', of: of.ack_details },
    { label: 'redeliver', color: 'redeliver', of: of.redeliver_details },
  ]), [of]);
  return html`<${Card} title="Messages per second"><${Chart} title="Messages per second" times=${times} series=${series} /><//>`;
}

/** @param {{of?: any}} p */
function Depths({ of = {} }) {
  const { times, series } = useMemo(() => lines([
    { label: 'ready', color: 'ready', of: of.messages_ready_details, level: true },
    { label: 'unacked', color: 'unacked', of: of.messages_unacknowledged_details, level: true },
  ]), [of]);
  return html`<${Card} title="Messages in queues"><${Chart} title="Messages in queues" times=${times} series=${series} format=${number} /><//>`;
}

/** Queues at the top by depth: those that nobody takes from are named. */
const deepest = 'page=1&page_size=50&sort=messages&sort_reverse=true&columns=name,vhost,messages,consumers,messages_details.rate';

/** @param {{nodes: N[] | undefined, o: O}} p */
function Attention({ nodes, o }) {
  const path = ofVhost('queues') + '?' + deepest;
  const { data } = useLive(path, { everyMs: 5000 });
  const left = /** @type {import('../../../types/api').Queue[]} */ (data?.items ?? []).filter((q) => q.consumers === 0 && q.messages);
  const alarms = alarmsOf(nodes);
  const unroutable = (o.message_stats?.return_unroutable_details?.rate ?? 0) + (o.message_stats?.drop_unroutable_details?.rate ?? 0);
  const fine = !alarms.length && !left.length && unroutable === 0;
  if (data && data.total_count === 0) return html`<${Card} title="Get going"><${Begin} o=${o} /><//>`;
  return html`
    <${Card} title="Needs attention">
      ${fine ? html`<p class="fine"><${Icon} name="check" />Nothing: no alarms, every queue with messages has consumers, every message finds a queue.</p>` : html`
      <ul class="attention">
        ${alarms.map((a) => html`<li key=${a.key}><${Badge} tone="bad">▲ alarm<//><span>${a.text}</span></li>`)}
        ${unroutable > 0 && html`<li key="unroutable"><${Badge} tone="warn">◆ unroutable<//><span>${rate(unroutable)} messages per second reach no queue: no binding matches them.</span></li>`}
        ${left.slice(0, 6).map((q) => html`
          <li key=${q.vhost + '\n' + q.name}><${Badge} tone="warn">◆ no consumers<//>
            <span><a href=${queueHref(q)}>${q.name}</a> ${growth(q)} holds ${count(q.messages ?? 0, 'message')} that nobody takes.</span></li>`)}
        ${left.length > 6 && html`<li><span class="muted">and <a href=${href(['queues'], { sort: 'messages', sort_reverse: 'true' })}>${count(left.length - 6, 'more queue')}</a></span></li>`}
      </ul>`}
    <//>`;
}

/** @param {import('../../../types/api').Queue} q */
function growth(q) {
  const perSecond = q.messages_details?.rate ?? 0;
  return perSecond > 0 ? `grows by ${rate(perSecond)}/s and` : '';
}

/** @param {{o: O}} p */
const Begin = ({ o }) => html`
  <p>There is no queue yet. Declare one from a program, or <a href=${href(['queues'], { add: 'queue' })}>add one here</a>.</p>
  <${Snippet} label="Python, with pika" text=${sendSnippet(o)} />`;

/** @param {{of?: any}} p */
function Churn({ of = {} }) {
  const rows = [['Connections', 'connection_created', 'connection_closed'], ['Channels', 'channel_created', 'channel_closed'], ['Queues', 'queue_created', 'queue_deleted']];
  return html`
    <${Card} title="Churn">
      <table class="plain"><thead><tr><th scope="col"><span class="sr-only">What</span></th><th scope="col" class="right">opened</th><th scope="col" class="right">per s</th><th scope="col" class="right">closed</th><th scope="col" class="right">per s</th></tr></thead>
        <tbody>${rows.map(([label, up, down]) => html`<tr key=${label}><th scope="row">${label}</th>
          <td class="right">${number(of[up])}</td><td class="right muted">${rate(of[up + '_details']?.rate)}</td>
          <td class="right">${number(of[down])}</td><td class="right muted">${rate(of[down + '_details']?.rate)}</td></tr>`)}</tbody></table>
    <//>`;
}

/** @param {{nodes: N[]}} p */
const Nodes = ({ nodes }) => html`
  <${Card} title="Nodes"><div class="nodes">
    ${nodes.map((n) => html`
      <article key=${n.name} class="node">
        <h3><a href=${href(['nodes', n.name])}>${n.name}</a> <${State} of=${n.running ? 'running' : 'down'} /></h3>
        <${Gauge} label="Memory" used=${n.mem_used} limit=${n.mem_limit} alarm=${n.mem_alarm} />
        <${Gauge} label="Files" used=${n.fd_used} limit=${n.fd_total} as=${number} />
        <${KeyValue} of=${[
          ['Disk free', html`<span class=${n.disk_free_alarm ? 'bad' : ''}>${bytes(n.disk_free)}</span> <span class="muted">alarm below ${bytes(n.disk_free_limit)}</span>`],
          ['Up for', span(n.uptime)], ['Goroutines', number(n.proc_used)], ['Processors', number(n.processors)],
        ]} />
      </article>`)}
  </div><//>`;

/** @param {{of?: import('../../../types/api').Listener[]}} p */
export const Listeners = ({ of = [] }) => html`
  <${Card} title="Listeners">
    <table class="plain"><thead><tr><th scope="col">Protocol</th><th scope="col">Address</th><th scope="col" class="right">Port</th><th scope="col">TLS</th><th scope="col" class="wide-cell">Node</th></tr></thead>
      <tbody>${of.map((l) => html`<tr key=${l.node + l.protocol + l.ip_address + l.port}><th scope="row">${l.protocol}</th><td>${l.ip_address}</td><td class="right">${l.port}</td><td>${l.tls ? 'yes' : 'no'}</td><td class="wide-cell muted">${l.node}</td></tr>`)}</tbody></table>
  <//>`;
