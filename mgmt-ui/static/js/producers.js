// The producers of a vhost that number their messages, those first that
// published last.

import { del, may, path } from './api.js';
import { ask } from './dialog.js';
import { Age, Button, Card, html, number } from './dom.js';
import { useLive } from './live.js';

/** @typedef {{vhost: string, id: string, epoch: number, last_seq: number, missing: number, published_at_ms: number}} Producer */

const shown = 20;

/** Shows nothing while there are none. @param {{vhost: string}} p */
export function Producers({ vhost }) {
  /** @type {import('./live.js').Live<{items: Producer[], item_count: number, total_count: number}>} */
  const { data } = useLive(path`x/producers/${vhost}` + `?page=1&page_size=${shown}&sort=published_at_ms&sort_reverse=true`);
  if (!data || data.total_count === 0) return null;
  return html`
    <${Card} title="Producers" actions=${html`<span class="muted">${number(data.total_count)}${data.total_count > shown ? `, the latest ${shown}` : ''}</span>`}>
      <div class="table-box" tabindex="0" role="region" aria-label="Producers"><table class="table">
        <thead><tr><th scope="col">Producer</th><th scope="col" class="right">Epoch</th><th scope="col" class="right">Last number</th><th scope="col" class="right">May come again</th><th scope="col">Published</th><th><span class="sr-only">What to do</span></th></tr></thead>
        <tbody>${data.items.map((p) => html`<${Row} key=${p.id} p=${p} />`)}</tbody></table></div>
      <p class="hint">They number their messages with <code>x-producer-id</code> and <code>x-producer-seq</code>: what comes again is confirmed, and not enqueued again.</p>
    <//>`;
}

/** @param {{p: Producer}} p */
function Row({ p }) {
  const forget = () => ask({
    title: `Forget producer ${p.id}?`, danger: true, action: 'Forget the producer',
    body: html`<p>Its next message may have any number, and what it has published can come again.</p>`,
    run: () => del(path`x/producers/${p.vhost}/${p.id}`), done: `Producer ${p.id} is forgotten.`,
  });
  return html`
    <tr><td class="name">${p.id}</td>
      <td class="right card-cell" data-label="Epoch">${number(p.epoch)}</td>
      <td class="right card-cell" data-label="Last number">${number(p.last_seq)}</td>
      <td class="right card-cell" data-label="May come again">${p.missing ? number(p.missing) : html`<span class="zero">–</span>`}</td>
      <td class="card-cell" data-label="Published"><${Age} at=${p.published_at_ms} /></td>
      <td class="right deeds card-cell">${may('policymaker') && html`<${Button} kind="quiet" icon="trash" label=${`Forget producer ${p.id}`} onClick=${forget} />`}</td></tr>`;
}
