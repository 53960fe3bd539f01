// Delayed messages: what is held, when it is due, and how to cancel it.

import { del, get, path, post } from '../api.js';
import { ask, attempt, Dialog, openDialog } from '../dialog.js';
import { Age, Badge, Button, Card, Empty, Failed, KeyValue, Loading, Num, PageHead, bytes, count, html, number, span, useEffect, useState } from '../dom.js';
import { Field } from '../form.js';
import { useLive } from '../live.js';
import { vhost } from '../prefs.js';
import { address, setQuery } from '../router.js';
import { vhosts } from '../vhosts.js';

/** @typedef {import('../../../types/api').DelayedMessage} DelayedMessage */
/** @typedef {import('../../../types/api').DelayedCount} DelayedCount */

export default function Delayed() {
  const { query } = address.value;
  const list = vhost.value ? [vhost.value] : vhosts.value;
  /** @type {import('../live.js').Live<DelayedCount[]>} */
  const { data, error } = useLive('x/delayed');
  if (!data) return error ? html`<${Failed} error=${error} />` : html`<${Loading} />`;
  const shown = data.filter((c) => list.includes(c.vhost));
  const held = shown.filter((c) => c.messages > 0);
  return html`
    <${PageHead} title="Delayed messages" meta=${html`<span>${count(shown.reduce((n, c) => n + c.messages, 0), 'message')} held until due</span>`} />
    ${held.length === 0 ? html`<${None} />` : html`
      <div class="form-grid">
        <${Field} label="Exchange" value=${query.exchange ?? ''} onChange=${(/** @type {string} */ v) => setQuery({ exchange: v })} hint="amq.default is the one without a name" />
        <${Field} label="Routing key" value=${query.key ?? ''} onChange=${(/** @type {string} */ v) => setQuery({ key: v })} hint="* stands for any text" />
      </div>
      ${held.map((c) => html`<${OfVhost} key=${c.vhost} of=${c} exchange=${query.exchange ?? ''} rk=${query.key ?? ''} />`)}`}`;
}

const None = () => html`
  <${Empty} icon="delayed" title="No message waits to be due">
    <p>A message with the header <code>x-delay</code> (milliseconds) or <code>x-deliver-at</code>, published to any exchange, is held until then. So is what schedules publish next.</p><//>`;

/** @param {{of: DelayedCount, exchange: string, rk: string}} p */
function OfVhost({ of: c, exchange, rk }) {
  const [limit, setLimit] = useState(50);
  const filter = (exchange && '&exchange=' + encodeURIComponent(exchange)) + (rk && '&key=' + encodeURIComponent(rk));
  /** @type {import('../live.js').Live<{messages: DelayedMessage[], end: boolean, looked: number}>} */
  const { data, error } = useLive(path`x/delayed/${c.vhost}` + `?limit=${limit}` + filter);
  const which = exchange || rk ? [exchange && `of exchange ${exchange}`, rk && `with keys like ${rk}`].filter(Boolean).join(' ') : `of vhost ${c.vhost}`;
  const cancelAll = () => ask({
    title: `Cancel the delayed messages ${which}?`, danger: true, action: 'Cancel them', typed: exchange || rk ? undefined : c.vhost,
    body: html`<p>They are dropped for good: nobody gets them.</p>`,
    run: () => del(path`x/delayed/${c.vhost}` + '?' + (filter.slice(1) || 'all=true')), done: `The delayed messages ${which} are cancelled.`,
  });
  return html`
    <${Card} title=${`vhost ${c.vhost}`} actions=${html`<span class="muted">${count(c.messages, 'message')}, ${bytes(c.message_bytes)}</span><${Button} icon="trash" onClick=${cancelAll}>Cancel…<//>`}>
      <p class="hint">Since the start: ${number(c.fired)} routed, of these ${number(c.dropped)} to nowhere; ${number(c.cancelled)} cancelled.</p>
      ${!data ? (error ? html`<${Failed} error=${error} />` : html`<${Loading} />`) : html`
        <div class="table-box" tabindex="0" role="region" aria-label=${`Delayed messages of ${c.vhost}`}><table class="table">
          <thead><tr><th scope="col">Due in</th><th scope="col">Exchange</th><th scope="col">Routing key</th><th scope="col" class="right">Bytes</th><th scope="col">Held for</th><th><span class="sr-only">What to do</span></th></tr></thead>
          <tbody>${data.messages.map((m) => html`<${Row} key=${m.id} m=${m} vhost=${c.vhost} />`)}</tbody></table></div>
        ${data.messages.length === 0 && html`<p class="muted">No message is like that${data.end ? '' : ` among the first ${number(data.looked)}`}.</p>`}
        ${!data.end && data.messages.length > 0 && (limit < 500 ? html`<p><${Button} onClick=${() => setLimit(500)}>Show more<//></p>` : html`<p class="hint">These are the next ${limit}. Filter, or ask the API, for more.</p>`)}`}
    <//>`;
}

/** How long it is until then; it counts down. @param {{at: number}} p */
function Countdown({ at }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const t = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(t);
  }, []);
  const left = at - Date.now();
  return html`<time datetime=${new Date(at).toISOString()} title=${new Date(at).toLocaleString('en-GB')}>${left > 0 ? span(Math.max(left, 1000)) : 'now'}</time>`;
}

/** @param {{m: DelayedMessage, vhost: string}} p */
function Row({ m, vhost: v }) {
  const where = m.exchange || '(default)';
  const cancel = () => ask({
    title: `Cancel message ${m.id}?`, danger: true, action: 'Cancel the message',
    body: html`<p>It was published to ${where} under <code>${m.routing_key}</code>, and is dropped for good.</p>`,
    run: () => del(path`x/delayed/${v}/${m.id}`), done: `Message ${m.id} is cancelled.`,
  });
  return html`
    <tr><td class="name"><${Countdown} at=${m.due} /></td>
      <td class="card-cell" data-label="Exchange">${where}</td>
      <td class="card-cell" data-label="Routing key"><code>${m.routing_key}</code>${!m.persistent && html` <${Badge} title="A restart forgets it">transient<//>`}</td>
      <td class="right wide-cell"><${Num} of=${m.payload_bytes} /></td>
      <td class="wide-cell"><${Age} at=${m.since} /></td>
      <td class="right deeds-cell"><${Button} onClick=${() => openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Look} id=${m.id} vhost=${v} close=${close} />`)}>Look<span class="sr-only"> at message ${m.id}</span><//>
        <${Button} onClick=${() => attempt(() => post(path`x/delayed/${v}/${m.id}/deliver`), `Message ${m.id} is delivered.`)}>Deliver now<span class="sr-only">: message ${m.id}</span><//>
        <${Button} onClick=${cancel}>Cancel…<span class="sr-only"> message ${m.id}</span><//></td></tr>`;
}

/** @param {{id: string, vhost: string, close: () => void}} p */
function Look({ id, vhost: v, close }) {
  const [m, setM] = useState(/** @type {any} */ (undefined));
  useEffect(() => { get(path`x/delayed/${v}/${id}` + '?truncate=50000').then(setM, (e) => setM({ error: e })); }, []);
  return html`
    <${Dialog} title=${`Message ${id}`} close=${close} wide footer=${html`<${Button} onClick=${close}>Close<//>`}>
      ${!m ? html`<${Loading} />` : m.error ? html`<${Failed} error=${m.error} />` : html`
        <${KeyValue} of=${[['Due', new Date(m.due).toLocaleString('en-GB')], ['Came', new Date(m.since).toLocaleString('en-GB')], ['Exchange', m.exchange || '(default)'], ['Routing key', m.routing_key], ['Bytes', number(m.payload_bytes)]]} />
        <pre tabindex="0"><code>${JSON.stringify(m.properties, null, 2)}</code></pre>
        <pre tabindex="0"><code>${m.payload}</code></pre>`}
    <//>`;
}
