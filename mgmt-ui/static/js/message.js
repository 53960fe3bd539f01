// One message, in a dialog: its body as a tree, as text or in hex, its
// properties, and where it died before.

import { bytesOf, hexOf, textOf, treeOf } from './body.js';
import { Dialog, openDialog } from './dialog.js';
import { Age, Badge, Button, Copy, Empty, KeyValue, Loading, Segments, bytes, count, html, number, useEffect, useState } from './dom.js';
import { one } from './messagefile.js';

/** @typedef {import('../../types/api').ReadyMessage} Ready */
/** @typedef {{queue: string, reason: string, count: number, exchange: string, 'routing-keys': string[], time?: number}} Death */

const mostBytes = 1 << 20;
const mostHexBytes = 16 << 10;

/** Opens it. @param {string} at  the queue's path below /api @param {string} id */
export function showMessage(at, id) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Shown} close=${close} at=${at} id=${id} />`);
}

/** @param {{close: () => void, at: string, id: string}} p */
function Shown({ close, at, id }) {
  const [m, setM] = useState(/** @type {Ready | null | Error | undefined} */ (undefined));
  useEffect(() => { one(at, id, { encoding: 'base64', truncate: String(mostBytes) }).then((found) => setM(found ?? null), setM); }, []);
  return html`
    <${Dialog} title=${m && !(m instanceof Error) ? `Message ${number(m.seq)}` : 'Message'} close=${close} class="wide broad" footer=${html`
      ${m && !(m instanceof Error) && html`<${CopyAsPublish} m=${m} at=${at} />`}<${Button} onClick=${close} data-first>Close<//>`}>
      ${m === undefined ? html`<${Loading} />`
        : m === null ? html`<${Empty} icon="info" title="It is no longer in the queue"><p>Somebody has taken it, or it has expired.</p><//>`
        : m instanceof Error ? html`<p class="stale" role="alert">${m.message}</p>` : html`<${Parts} m=${m} />`}
    <//>`;
}

/** @param {{m: Ready}} p */
function Parts({ m }) {
  const { headers = {}, ...properties } = m.properties;
  const { 'x-death': deaths, ...rest } = headers;
  return html`
    <p class="message-facts"><code>${m.routing_key || '(empty key)'}</code><span class="muted">by ${m.exchange || 'the default exchange'}</span>
      ${m.redelivered && html`<${Badge} tone="warn">redelivered${m.delivery_count > 0 ? ` ${m.delivery_count}×` : ''}<//>`}
      ${m.expires && html`<${Badge} title=${new Date(m.expires).toLocaleString('en-GB')}>expires ${new Date(m.expires).toLocaleTimeString('en-GB')}<//>`}</p>
    <${Body} m=${m} />
    ${Array.isArray(deaths) && deaths.length > 0 && html`<${Deaths} of=${deaths} />`}
    <${Facts} title="Headers" of=${rest} /><${Facts} title="Properties" of=${properties} />`;
}

/** @param {{title: string, of: Record<string, any>}} p */
const Facts = ({ title, of }) => Object.keys(of).length > 0 && html`
  <h3>${title}</h3>
  <${KeyValue} of=${Object.entries(of).map(([k, v]) => [k, html`<code>${typeof v === 'object' ? JSON.stringify(v) : String(v)}</code>`])} />`;

/** @param {{m: Ready}} p */
function Body({ m }) {
  const raw = bytesOf(m);
  const cut = raw.length < m.payload_bytes;
  const text = textOf(raw, cut);
  const tree = treeOf(text);
  const views = [...(tree !== undefined ? ['tree'] : []), ...(text !== undefined ? ['raw'] : []), 'hex'];
  const [view, setView] = useState(views[0]);
  const shown = view === 'hex' ? hexOf(raw, mostHexBytes) : text ?? '';
  return html`
    <section class="body">
      <header><h3>Body</h3><span class="muted">${bytes(m.payload_bytes)}</span>
        <${Segments} label="Show the body as" of=${views.map((v) => [v, v])} value=${view} onChange=${setView} />
        <${Copy} text=${view === 'tree' ? JSON.stringify(tree, null, 2) : shown} label="Copy the body" /></header>
      ${view === 'tree' ? html`<div class="tree"><${Branch} value=${tree} open /></div>`
        : html`<pre tabindex="0" class=${view}>${m.payload_bytes === 0 ? html`<span class="muted">It is empty.</span>` : shown}</pre>`}
      ${cut && html`<p class="hint">The first ${bytes(raw.length)} are shown.</p>`}
      ${view === 'hex' && raw.length > mostHexBytes && html`<p class="hint">The first ${bytes(mostHexBytes)} are shown in hex.</p>`}
    </section>`;
}

const mostBranches = 200;

/** A value of JSON; what is folded is not in the page. @param {{name?: string, value: any, open?: boolean}} p */
function Branch({ name, value, open: first = false }) {
  const [open, setOpen] = useState(first);
  const label = name !== undefined && html`<span class="tree-key">${name}:</span>`;
  if (value === null || typeof value !== 'object') return html`<div class="leaf">${label} <span class=${'tree-' + typeof value}>${JSON.stringify(value)}</span></div>`;
  const entries = Object.entries(value);
  const kind = Array.isArray(value) ? `[ ${count(entries.length, 'entry').replace('entrys', 'entries')} ]` : `{ ${count(entries.length, 'key')} }`;
  return html`
    <details open=${open} onToggle=${(/** @type {any} */ e) => setOpen(e.currentTarget.open)}>
      <summary>${label} <span class="muted">${kind}</span></summary>
      ${open && entries.slice(0, mostBranches).map(([k, v]) => html`<${Branch} key=${k} name=${k} value=${v} open=${entries.length < 20 && first} />`)}
      ${open && entries.length > mostBranches && html`<p class="hint">and ${number(entries.length - mostBranches)} more: see them as raw text</p>`}
    </details>`;
}

const reasons = /** @type {Record<string, string>} */ ({
  rejected: 'a consumer refused it', expired: 'its time was over', maxlen: 'the queue was full', delivery_limit: 'it came back too often',
});

/** Where a message died, the first death first. @param {{of: Death[]}} p */
const Deaths = ({ of }) => html`
  <h3>Deaths</h3>
  <ol class="deaths">${[...of].reverse().map((d, i) => html`
    <li key=${i}><b>${d.queue}</b> <${Badge} tone="bad" title=${reasons[d.reason]}>${d.reason}<//> ${d.count > 1 && html`<span>${number(d.count)} times</span>`}
      <span class="muted">${d.time ? html`<${Age} at=${d.time * 1000} /> ago, ` : ''}by ${d.exchange || 'the default exchange'} as <code>${[d['routing-keys']].flat().join(', ') || '(empty)'}</code></span></li>`)}</ol>`;

/** @param {{m: Ready, at: string}} p */
const CopyAsPublish = ({ m, at }) => html`<${Copy} text=${asPublish(m, at, location)} label="Copy as publish: a command of a shell">Copy as publish<//>`;

/**
 * The command of a shell that publishes such a message.
 * @param {Pick<Ready, 'exchange' | 'routing_key' | 'properties' | 'payload' | 'payload_encoding'>} m
 * @param {string} at  the queue's path below /api
 * @param {{origin: string, pathname: string}} where  of the page
 */
export function asPublish(m, at, where) {
  const vhost = at.split('/')[2];
  const { exchange, routing_key, properties, payload, payload_encoding } = m;
  const body = JSON.stringify({ properties, routing_key, payload, payload_encoding });
  const url = `${where.origin}${where.pathname}api/exchanges/${vhost}/${encodeURIComponent(exchange || 'amq.default')}/publish`;
  return `curl -u guest -X POST -H 'Content-Type: application/json' '${url.replaceAll("'", '%27')}' -d '${body.replaceAll("'", `'\\''`)}'`;
}
