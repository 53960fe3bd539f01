// A channel: what it publishes and what it takes.

import { path } from '../api.js';
import { Chart, RangePicker, lines, samplesQuery } from '../chart.js';
import { ConsumerTable } from '../consumers.js';
import { Card, Failed, KeyValue, Loading, PageHead, State, html, number, rate, useMemo } from '../dom.js';
import { useLive } from '../live.js';
import { connectionHref, exchangeHref, queueHref } from '../router.js';
import { Modes } from './channels.js';
import { Fact } from './queue.js';

/** @typedef {import('../../../types/api').Channel} C */

/** @param {{name: string}} p */
export function Channel({ name }) {
  /** @type {import('../live.js').Live<C>} */
  const { data: c, error } = useLive(path`channels/${name}` + '?' + samplesQuery('msg_rates'));
  if (!c) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const gone = error && /** @type {any} */ (error).status === 404;
  return html`
    <${PageHead} kind="channel" title=${name} meta=${html`<${State} of=${gone ? 'closed' : c.state} /><span>${c.user} in ${c.vhost}</span><${Modes} c=${c} />
      ${c.connection_details?.name && html`<a href=${connectionHref(c.connection_details.name)}>its connection</a>`}`} />
    ${gone && html`<p class="stale" role="alert">The channel is closed. This is how it was.</p>`}
    <div class="facts">
      <${Fact} label="Unacked" value=${number(c.messages_unacknowledged)} />
      <${Fact} label="Unconfirmed" value=${number(c.messages_unconfirmed)} />
      ${c.transactional && html`<${Fact} label="Uncommitted" value=${number(c.messages_uncommitted)} /><${Fact} label="Acks uncommitted" value=${number(c.acks_uncommitted)} />`}
      <${Fact} label="Prefetch" value=${number(c.prefetch_count)} />
      <${Fact} label="Prefetch, global" value=${number(c.global_prefetch_count)} />
      <div class="push"><${RangePicker} /></div>
    </div>
    <${Rates} c=${c} />
    ${!!c.consumer_details?.length && html`<${Card} title="Consumers"><${ConsumerTable} of=${c.consumer_details} queues /><//>`}
    <div class="columns-2">
      ${!!c.publishes?.length && html`<${Flow} title="Publishes" of=${c.publishes} link=${(/** @type {any} */ p) => exchangeHref(p.exchange)} name=${(/** @type {any} */ p) => p.exchange.name || '(default)'} key0="publish" />`}
      ${!!c.deliveries?.length && html`<${Flow} title="Deliveries" of=${c.deliveries} link=${(/** @type {any} */ d) => queueHref(d.queue)} name=${(/** @type {any} */ d) => d.queue.name} key0="deliver_get" />`}
    </div>
    ${c.idle_since && html`<${KeyValue} of=${[['Idle since', c.idle_since]]} />`}`;
}

/** @param {{c: C}} p */
function Rates({ c }) {
  const m = c.message_stats ?? {};
  const { times, series } = useMemo(() => lines([
    { label: 'publish', color: 'publish', of: m.publish_details },
    { label: 'confirm', color: 'confirm', of: m.confirm_details },
    { label: 'deliver', color: 'deliver', of: m.deliver_get_details },
    { label: 'ack', color: 'ack', of: m.ack_details },
  ]), [c]);
  return html`<${Card} title="Messages per second"><${Chart} title="Messages per second" times=${times} series=${series} /><//>`;
}

/** @param {{title: string, of: any[], link: (o: any) => string, name: (o: any) => string, key0: string}} p */
const Flow = ({ title, of, link, name, key0 }) => html`
  <${Card} title=${title}>
    <table class="plain"><thead><tr><th scope="col">${key0 === 'publish' ? 'Exchange' : 'Queue'}</th><th scope="col" class="right">per s</th><th scope="col" class="right">in all</th></tr></thead>
      <tbody>${of.map((o) => html`<tr key=${name(o)}><td><a href=${link(o)}>${name(o)}</a></td><td class="right">${rate(o.stats[key0 + '_details']?.rate)}</td><td class="right">${number(o.stats[key0])}</td></tr>`)}</tbody></table>
  <//>`;
