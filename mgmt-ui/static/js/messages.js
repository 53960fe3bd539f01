// The messages of a queue, looked at without taking any: those that are ready,
// and those that somebody holds.

import { path, put } from './api.js';
import { preview } from './body.js';
import { attempt } from './dialog.js';
import { Age, Badge, Button, Empty, Failed, Icon, Loading, Num, Segments, bytes, count, html, number, useRef, useState } from './dom.js';
import { download } from './messagefile.js';
import { FilterForm, filterBody, filterOf, filterQuery, isAll } from './messagefilter.js';
import { Jobs } from './jobs.js';
import { useKeys } from './keys.js';
import { useLive } from './live.js';
import { showMessage } from './message.js';
import { deleteMessages, moveMessages } from './moveform.js';
import { address, channelHref, connectionHref, setQuery } from './router.js';

/** @typedef {import('../../types/api').ReadyMessage} Ready */
/** @typedef {import('../../types/api').UnackedMessage} Unacked */
/** @typedef {import('../../types/api').Queue} Q */

const previewBytes = 240;

/** @param {{q: Q}} p */
export function Messages({ q }) {
  const { query } = address.value;
  const unacked = query.state === 'unacked';
  return html`
    <div class="panel-head">
      <${Segments} label="Which messages" value=${unacked ? 'unacked' : ''} onChange=${(/** @type {string} */ state) => setQuery({ state, after: '' })}
        of=${[['', `Ready ${number(q.messages_ready)}`], ['unacked', `Unacked ${number(q.messages_unacknowledged)}`]]} />
      <p class="muted">This only looks: nothing is taken, and nothing counts as redelivered.</p>
    </div>
    ${unacked ? html`<${UnackedList} q=${q} />` : html`<${ReadyList} q=${q} />`}
    <${Jobs} vhost=${q.vhost} queue=${q.name} />`;
}

/** @param {{q: Q}} p */
function ReadyList({ q }) {
  const { query } = address.value;
  const filter = filterOf(query);
  const at = path`x/queues/${q.vhost}/${q.name}`;
  const ask = new URLSearchParams({ limit: '50', truncate: String(previewBytes), ...filterQuery(filter), ...(query.after && { after: query.after }) });
  /** @type {import('./live.js').Live<import('../../types/api').Browsed<Ready>>} */
  const { data, error } = useLive(`${at}/messages?${ask}`, { everyMs: 3000 });
  const [picked, setPicked] = useState(/** @type {Set<string>} */ (new Set()));
  const shown = data?.messages ?? [];
  const ids = shown.map((m) => m.id).filter((id) => picked.has(id));
  const of = { q, at, filter, ids };
  /** @param {string} id */
  const flip = (id) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  return html`
    <${FilterForm} of=${filter} />
    ${(ids.length > 0 || !!q.messages_ready) && html`<${Deeds} of=${of} clear=${() => setPicked(new Set())} />`}
    ${error && html`<p class="stale" role="alert"><${Icon} name="warn" />${error.message}${data ? ' This is how it was.' : ''}</p>`}
    ${!data ? !error && html`<${Loading} />` : shown.length === 0 ? html`<${NoneFound} of=${of} looked=${data.looked} end=${data.end} after=${query.after} />`
      : html`<${Table} rows=${shown} picked=${picked} flip=${flip} all=${() => setPicked(ids.length === shown.length ? new Set() : new Set(shown.map((m) => m.id)))} open=${(/** @type {Ready} */ m) => showMessage(at, m.id)} />`}
    ${data && html`<${Turn} data=${data} after=${query.after} />`}`;
}

/** @typedef {{q: Q, at: string, filter: import('./messagefilter.js').MessageFilter, ids: string[]}} Meant */

/** What can be done with those that are selected, or with all that match. @param {{of: Meant, clear: () => void}} p */
function Deeds({ of, clear }) {
  const { q, filter, ids } = of;
  const what = ids.length > 0 ? { ids } : { filter: filterBody(filter) };
  const meant = ids.length > 0 ? count(ids.length, 'message') : isAll(filter) ? 'all messages' : 'all that match';
  const job = { vhost: q.vhost, name: q.name, what, meant };
  return html`
    <div class=${ids.length > 0 ? 'bulk' : 'meant'} role="region" aria-label=${`What to do with ${meant}`}>
      <strong>${ids.length > 0 ? `${meant} selected` : `With ${meant}:`}</strong>
      <${Button} icon="right" onClick=${() => moveMessages({ ...job, verb: 'move' })}>Move…<//>
      <${Button} icon="copy" onClick=${() => moveMessages({ ...job, verb: 'copy' })}>Copy…<//>
      <${Button} icon="dlq" onClick=${() => moveMessages({ ...job, verb: 'redrive' })}>Redrive…<//>
      <${Button} icon="save" onClick=${() => download(of)}>.jsonl<//>
      <${Button} icon="trash" kind="danger" onClick=${() => deleteMessages(job)}>Delete…<//>
      ${ids.length > 0 && html`<${Button} kind="quiet" onClick=${clear}>Clear<//>`}
    </div>`;
}

/** @param {{of: Meant, looked: number, end: boolean, after?: string}} p */
const NoneFound = ({ of, looked, end, after }) => !end
  ? html`<p class="fine"><${Icon} name="search" />None of ${count(looked, 'message')} here matches. There are more behind them.</p>`
  : isAll(of.filter) && !after
    ? html`<${Empty} icon="messages" title="No message is ready"><p>What is published to the queue shows up here while nobody has taken it.</p><//>`
    : html`<${Empty} icon="search" title="No message matches"><p>${count(looked, 'message')} looked at.</p><//>`;

/** @param {{rows: Ready[], picked: Set<string>, flip: (id: string) => void, all: () => void, open: (m: Ready) => void}} p */
function Table({ rows, picked, flip, all, open }) {
  const [current, setCurrent] = useState(-1);
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {number} to */
  const move = (to) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setCurrent(next);
    body.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({
    j: () => move(current + 1),
    k: () => move(current - 1),
    x: () => rows[current] && flip(rows[current].id),
    Enter: (e) => {
      if (e.target instanceof HTMLElement && e.target.closest('a,button,summary')) e.target.click();
      else if (rows[current]) open(rows[current]);
    },
  });
  return html`
  <div class="table-box" tabindex="0" role="region" aria-label="Messages">
  <table class="table messages">
    <thead><tr>
      <th class="pick"><input type="checkbox" aria-label="Select all that are shown" checked=${rows.every((m) => picked.has(m.id))} onChange=${all} /></th>
      <th scope="col">Routing key</th><th scope="col" class="right">#</th><th scope="col">Exchange</th><th scope="col" class="right">Size</th><th scope="col">Age</th><th scope="col">Before</th><th scope="col">Headers</th><th scope="col">Body</th>
    </tr></thead>
    <tbody ref=${body}>${rows.map((m, i) => html`
      <tr key=${m.id} class=${(i === current ? 'current ' : '') + (picked.has(m.id) ? 'selected' : '')} aria-current=${i === current ? 'true' : undefined}>
        <td class="pick"><input type="checkbox" aria-label=${`Select message ${m.seq}`} checked=${picked.has(m.id)} onChange=${() => flip(m.id)} /></td>
        <td class="name"><button type="button" class="link" aria-label=${`Open message ${m.seq}, ${m.routing_key || 'empty key'}`} onClick=${() => open(m)}>${m.routing_key || '(empty)'}</button></td>
        <td class="right wide-cell"><${Num} of=${m.seq} /></td>
        <td class="wide-cell"><span class="cut">${m.exchange || html`<span class="muted">(default)</span>`}</span></td>
        <td class="right card-cell" data-label="Size">${bytes(m.payload_bytes)}</td>
        <td class="card-cell" data-label="Age"><${Age} at=${m.since} /></td>
        <td class="card-cell" data-label="Before"><${Before} m=${m} /></td>
        <td class="wide-cell"><${Headers} of=${m.properties.headers} /></td>
        <td class="wide-cell body-cell"><code>${preview(m)}</code></td>
      </tr>`)}</tbody>
  </table></div>`;
}

/** What a message went through. @param {{m: Ready}} p */
const Before = ({ m }) => html`
  <span class="features">
    ${m.redelivered && html`<${Badge} tone="warn" title="It was delivered before, and came back">redelivered${m.delivery_count > 0 ? ` ${m.delivery_count}×` : ''}<//>`}
    ${m.properties.headers?.['x-death'] !== undefined && html`<${Badge} tone="bad" title="It died in another queue">dead letter<//>`}
    ${m.priority > 0 && html`<${Badge}>priority ${m.priority}<//>`}
    ${!m.redelivered && m.properties.headers?.['x-death'] === undefined && !m.priority && html`<span class="muted">–</span>`}
  </span>`;

/** @param {{of?: Record<string, any>}} p */
function Headers({ of = {} }) {
  const own = Object.entries(of).filter(([k]) => !/^x-(first-|last-)?death/.test(k));
  if (!own.length) return html`<span class="muted">–</span>`;
  return html`<span class="arguments cut">${own.slice(0, 2).map(([k, v]) => html`<code key=${k}>${k}: ${typeof v === 'string' ? v : JSON.stringify(v)}</code>`)}${own.length > 2 && html`<span class="muted">+${own.length - 2}</span>`}</span>`;
}

/** @param {{data: {next?: string, end: boolean, messages: any[], looked: number}, after?: string}} p */
const Turn = ({ data, after }) => (!data.end || after) && html`
  <nav class="pages" aria-label="Further messages">
    <${Button} disabled=${!after} onClick=${() => setQuery({ after: '' })}>To the head<//>
    <${Button} disabled=${data.end || !data.next} onClick=${() => setQuery({ after: data.next ?? '' })}>Go on behind these<//>
    <span class="muted">${count(data.looked, 'message')} looked at${data.end ? ', to the end' : ''}</span>
  </nav>`;

/** How long somebody may keep a delivery, and a minute more. @param {{q: Q, m: Unacked}} p */
const Lease = ({ q, m }) => html`
  <${Badge} title=${'On lease until ' + new Date(m.lease_ends ?? 0).toLocaleString('en-GB')}>lease<//>
  <${Button} kind="quiet" label="+1 min: give it a minute from now" onClick=${() => attempt(() => put(path`x/queues/${q.vhost}/${q.name}/unacked/${m.seq}/lease`, { ms: 60000 }), 'It has a minute from now.')}>+1 min<//>`;

/** @param {{q: Q}} p */
function UnackedList({ q }) {
  /** @type {import('./live.js').Live<import('../../types/api').Browsed<Unacked>>} */
  const { data, error } = useLive(path`x/queues/${q.vhost}/${q.name}/messages` + '?state=unacked&limit=200');
  if (!data) return error ? html`<${Failed} error=${error} />` : html`<${Loading} />`;
  if (!data.messages.length) return html`<${Empty} icon="check" title="Nobody holds a message"><p>Messages that were delivered and are not acknowledged yet show up here, with who has them.</p><//>`;
  return html`
    <div class="table-box" tabindex="0" role="region" aria-label="Unacked messages">
    <table class="table">
      <thead><tr><th scope="col">Held by</th><th scope="col">For</th><th scope="col" class="right">#</th><th scope="col">Consumer</th><th scope="col">User</th><th scope="col" class="right">Delivery tag</th><th scope="col" class="right">Size</th></tr></thead>
      <tbody>${data.messages.map((m) => html`
        <tr key=${m.channel + '\n' + m.delivery_tag}>
          <td class="name">${m.channel ? html`<a href=${channelHref(m.channel)}>${m.channel}</a>` : html`<a href=${connectionHref(m.connection)}>${m.connection || 'the HTTP API'}</a>`}</td>
          <td class="card-cell" data-label="For"><${Age} at=${m.since} />${m.lease_ends && html` <${Lease} q=${q} m=${m} />`}</td>
          <td class="right card-cell" data-label="#"><${Num} of=${m.seq} />${m.redelivered && html` <${Badge} tone="warn">redelivered<//>`}</td>
          <td class="card-cell" data-label="Consumer">${m.consumer_tag ? html`<code>${m.consumer_tag}</code>` : html`<span class="muted">got by hand</span>`}</td>
          <td class="wide-cell">${m.user}</td>
          <td class="right wide-cell"><${Num} of=${m.delivery_tag} /></td>
          <td class="right wide-cell">${bytes(m.payload_bytes)}</td>
        </tr>`)}</tbody>
    </table></div>
    ${!data.end && html`<p class="hint">The first ${number(data.messages.length)} are shown.</p>`}`;
}
