// A queue: its numbers, and all that can be done with it.

import { may, path } from '../api.js';
import { BindingTable, addBinding } from '../bindings.js';
import { Chart, RangePicker, lines, samplesQuery } from '../chart.js';
import { ConsumerTable } from '../consumers.js';
import { Deduplication } from '../deduplication.js';
import { Age, Arguments, Button, Card, Copy, Empty, Failed, KeyValue, Loading, PageHead, Snippet, State, Tabs, bytes, html, number, percent, rate, useMemo } from '../dom.js';
import { getFrom } from '../getform.js';
import { useLive } from '../live.js';
import { Messages } from '../messages.js';
import { publishTo } from '../publishform.js';
import { deleteQueues, pauseQueue, purgeQueues } from '../queueactions.js';
import { address, exchangeHref, setQuery } from '../router.js';
import { takeSnippet } from '../snippets.js';
import { Features } from './queues.js';

/** @typedef {import('../../../types/api').Queue} Q */
/** @typedef {{q: Q, at: string}} Panel  at: the queue's path below /api */

/** The tabs of a queue's page. @type {{id: string, label: string, count?: (q: Q) => number, panel: (p: Panel) => any}[]} */
const tabs = [
  { id: 'live', label: 'Live', panel: Live },
  { id: 'messages', label: 'Messages', count: (q) => q.messages ?? 0, panel: Messages },
  { id: 'consumers', label: 'Consumers', count: (q) => q.consumers, panel: Consumers },
  { id: 'bindings', label: 'Bindings', panel: Bindings },
  { id: 'settings', label: 'Settings', panel: Settings },
];

/** @param {{vhost: string, name: string}} p */
export function Queue({ vhost, name }) {
  const at = path`queues/${vhost}/${name}`;
  /** @type {import('../live.js').Live<Q>} */
  const { data: q, error } = useLive(at + '?' + samplesQuery('lengths', 'msg_rates'));
  if (!q) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const tab = tabs.find((t) => t.id === address.value.query.tab) ?? tabs[0];
  const gone = error && /** @type {any} */ (error).status === 404;
  return html`
    <${PageHead} kind="queue" title=${name} meta=${html`<${Copy} text=${name} label="Copy the name" /><${State} of=${gone ? 'gone' : q.state} /><span>in ${vhost}</span><${Features} q=${q} />`}
      actions=${!gone && html`<${Actions} q=${q} />`} />
    ${gone && html`<p class="stale" role="alert">The queue is deleted. This is how it was.</p>`}
    <${Tabs} label="Parts of the queue" tabs=${tabs.map((t) => ({ id: t.id, label: t.label, count: t.count?.(q) }))} chosen=${tab.id}
      onChoose=${(/** @type {string} */ id) => setQuery({ tab: id === 'live' ? '' : id })}>
      <${tab.panel} q=${q} at=${at} />
    <//>`;
}

/** @param {{q: Q}} p */
const Actions = ({ q }) => html`
  <${Button} icon="publish" onClick=${() => publishTo({ vhost: q.vhost, exchange: '', routingKey: q.name })}>Publish<//>
  <${Button} icon="get" onClick=${() => getFrom(q)}>Get<//>
  ${may('policymaker') && html`<${Button} icon=${q.state === 'paused' ? 'play' : 'pause'} onClick=${() => pauseQueue(q)}>${q.state === 'paused' ? 'Go on' : 'Pause'}<//>`}
  <${Button} icon="purge" disabled=${!q.messages_ready && !q.messages_delayed} onClick=${() => purgeQueues([q])}>Purge<//>
  <${Button} icon="trash" kind="danger" onClick=${() => deleteQueues([q])}>Delete<//>`;

/** @param {Panel} p */
function Live({ q }) {
  const m = q.message_stats ?? {};
  const depth = useMemo(() => lines([
    { label: 'ready', color: 'ready', of: q.messages_ready_details, level: true },
    { label: 'unacked', color: 'unacked', of: q.messages_unacknowledged_details, level: true },
  ]), [q]);
  const flow = useMemo(() => lines([
    { label: 'publish', color: 'publish', of: m.publish_details },
    { label: 'deliver', color: 'deliver', of: m.deliver_get_details },
    { label: 'ack', color: 'ack', of: m.ack_details },
    { label: 'redeliver', color: 'redeliver', of: m.redeliver_details },
  ]), [q]);
  return html`
    <div class="facts">
      <${Fact} label="Ready" value=${number(q.messages_ready)} />
      <${Fact} label="Unacked" value=${number(q.messages_unacknowledged)} />
      ${!!q.messages_delayed && html`<${Fact} label="Wait for retry" value=${number(q.messages_delayed)} />`}
      <${Fact} label="In" value=${rate(m.publish_details?.rate ?? 0)} unit="/s" />
      <${Fact} label="Out" value=${rate(m.deliver_get_details?.rate ?? 0)} unit="/s" />
      <${Fact} label="Consumers" value=${number(q.consumers)} />
      ${q.consumers > 0 && html`<${Fact} label="Utilisation" value=${percent(q.consumer_utilisation)} />`}
      <${Fact} label="Bytes" value=${bytes(q.message_bytes)} />
      ${q.parking && html`<${Parking} of=${q.parking} />`}
      <div class="push"><${RangePicker} /></div>
    </div>
    <div class="columns-2">
      <${Card} title="Messages in the queue"><${Chart} title="Messages in the queue" times=${depth.times} series=${depth.series} format=${number} /><//>
      <${Card} title="Messages per second"><${Chart} title="Messages per second" times=${flow.times} series=${flow.series} /><//>
    </div>
    <${Deduplication} of=${q.deduplication} />
    ${!!q.incoming?.length && html`<${Card} title="Publishes into it">
      <table class="plain"><thead><tr><th scope="col">Exchange</th><th scope="col" class="right">In/s</th><th scope="col" class="right">In all</th></tr></thead>
      <tbody>${q.incoming.map((i) => html`<tr key=${i.exchange.name}><td><a href=${exchangeHref(i.exchange)}>${i.exchange.name || '(default)'}</a></td>
        <td class="right">${rate(i.stats.publish_details?.rate)}</td><td class="right">${number(i.stats.publish)}</td></tr>`)}</tbody></table><//>`}`;
}

/** Of groups, limits and filters. @param {{of: import('../../../types/api').Parking}} p */
const Parking = ({ of: p }) => html`
  <${Fact} label="Parked" value=${number(p.parked)} />
  ${p.groups > 0 && html`<${Fact} label="Groups blocked" value=${number(p.groups_blocked)} unit=${' of ' + number(p.groups)} />`}
  ${(p.limiters > 0 || p.throttled_ms > 0) && html`<${Fact} label="At their limit" value=${number(p.limiters_blocked)} unit=${p.limiters > 0 && ' of ' + number(p.limiters)} />
    <${Fact} label="Throttled" value=${p.throttled ? 'now' : 'no'} unit=${' ' + number(Math.round(p.throttled_ms / 1000)) + ' s in all'} />`}`;

/** @param {{label: string, value: any, unit?: string}} p */
export const Fact = ({ label, value, unit }) => html`<div class="fact"><span>${label}</span><b>${value}${unit && html`<small>${unit}</small>`}</b></div>`;

/** @param {Panel} p */
function Consumers({ q }) {
  const overview = useLive('overview', { everyMs: 60000 });
  if (q.consumer_details?.length) return html`<${ConsumerTable} of=${q.consumer_details} />`;
  return html`<${Empty} icon="connections" title="Nobody takes from this queue">
    <p>Its messages wait until somebody does:</p><${Snippet} label="Python, with pika" text=${takeSnippet(overview.data, q)} /><//>`;
}

/** @param {Panel} p */
function Bindings({ q, at }) {
  /** @type {import('../live.js').Live<import('../../../types/api').Binding[]>} */
  const { data, error } = useLive(at + '/bindings');
  if (!data) return error ? html`<${Failed} error=${error} />` : html`<${Loading} />`;
  const made = data.filter((b) => b.source !== '');
  return html`
    <div class="panel-head"><p class="muted">The default exchange always leads here, by the queue's name.</p>
      <${Button} icon="plus" onClick=${() => addBinding({ vhost: q.vhost, destination: q.name, destinationType: 'queue' })}>Bind to an exchange<//></div>
    ${made.length > 0 ? html`<${BindingTable} of=${made} from />` : html`<${Empty} icon="link" title="No exchange but the default one leads here"><p>Bind the queue to an exchange to get the messages that match a key.</p><//>`}`;
}

/** @param {Panel} p */
function Settings({ q }) {
  return html`
    <div class="columns-2">
      <${Card} title="Declared">
        <${KeyValue} of=${[
          ['Type', q.type], ['Durable', q.durable ? 'yes' : 'no'], ['Auto-delete', q.auto_delete ? 'yes' : 'no'], ['Exclusive', q.exclusive ? 'yes' : 'no'],
          ['Arguments', html`<${Arguments} of=${q.arguments} />`], ['Node', q.node], ['Protected', q.protected_from_deletion ? 'cannot be deleted' : undefined],
        ]} />
      <//>
      <${Card} title="By policies">
        <${KeyValue} of=${[
          ['Policy', q.policy ?? html`<span class="muted">none</span>`], ['Operator policy', q.operator_policy ?? html`<span class="muted">none</span>`],
          ['In effect', html`<${Arguments} of=${q.effective_policy_definition ?? {}} />`],
        ]} />
      <//>
      <${Card} title="Storage">
        <${KeyValue} of=${[
          ['Messages', number(q.messages)], ['Persistent', number(q.messages_persistent)], ['In memory', number(q.messages_ram)],
          ['Bytes of bodies', bytes(q.message_bytes)], ['Memory', bytes(q.memory)],
          ['Oldest message', q.head_message_timestamp ? html`<${Age} at=${q.head_message_timestamp * 1000} />` : undefined], ['Idle since', q.idle_since],
        ]} />
      <//>
    </div>`;
}
