// A plan, as a table: what would be made, changed, refused.

import { changesOf, nameOf } from './definitionsplan.js';
import { Badge, Empty, count, html, number } from './dom.js';

/** @typedef {import('../../types/api').Plan} Plan */
/** @typedef {import('../../types/api').Intent} Intent */

const actions = /** @type {Record<string, ['ok'|'warn'|'bad'|'quiet'|'accent', string, string]>} */ ({
  conflict: ['bad', '▲', 'conflict'], change: ['warn', '◆', 'change'], recreate: ['bad', '↻', 'make anew'], delete: ['bad', '−', 'delete'], create: ['ok', '+', 'create'], ignore: ['quiet', '○', 'ignore'], keep: ['quiet', '=', 'as it is'],
});

const maxRows = 300;

/** @param {{of: Plan}} p */
export function PlanTable({ of }) {
  const shown = of.records.slice(0, maxRows);
  const more = of.records.length - shown.length;
  return html`
    <p class="plan-counts" role="status">${Object.keys(actions).filter((a) => of.counts[a]).map((a) => html`<${Badge} key=${a} tone=${actions[a][0]}>${actions[a][1]} ${number(of.counts[a])} ${actions[a][2]}<//>`)}</p>
    ${of.counts.conflict > 0 && html`<p class="stale" role="alert">What conflicts is not imported as it is written. Delete it here first, take it out of the file, or have it replaced.</p>`}
    ${shown.length === 0 ? html`<${Empty} icon="check" title="Nothing would change"><p>All of it is there already, as it is written.</p><//>` : html`
    <div class="table-box" tabindex="0" role="region" aria-label="What would change"><table class="table plan">
      <thead><tr><th scope="col">Name</th><th scope="col">Action</th><th scope="col">Kind</th><th scope="col">What</th></tr></thead>
      <tbody>${shown.map((i, n) => html`
        <tr key=${n}><td class="name">${nameOf(i)}${i.vhost && html`<span class="vhost">${i.vhost}</span>`}</td>
          <td class="card-cell"><${Action} of=${i.action} /></td><td class="card-cell muted">${i.kind.replace('_', ' ')}</td><td class="what"><${What} i=${i} /></td></tr>`)}</tbody></table></div>
    ${(more > 0 || !of.complete) && html`<p class="muted">${more > 0 ? `and ${count(more, 'record')} not shown` : 'There are more, not shown.'}</p>`}`}`;
}

/** @param {{of: string}} p */
const Action = ({ of }) => html`<${Badge} tone=${actions[of]?.[0]}>${actions[of]?.[1]} ${actions[of]?.[2] ?? of}<//>`;

/** @param {any} v */
const shortly = (v) => {
  const text = typeof v === 'string' ? v : JSON.stringify(v);
  return text === undefined ? 'nothing' : text === '' ? '(empty)' : text.length > 120 ? text.slice(0, 120) + '…' : text;
};

const secret = ['password_hash', 'password'];

/** @param {{i: Intent}} p */
function What({ i }) {
  if (i.reason) return html`<span class="bad">${i.reason}</span>`;
  if (!i.was || !['change', 'recreate'].includes(i.action)) return html`<span class="zero">${i.action === 'create' ? 'new' : ''}</span>`;
  const changed = changesOf(i.was, i.is).filter((c) => !secret.includes(c.key));
  if (changed.length === 0) return html`<span class="muted">password</span>`;
  return html`<ul class="changes">${changed.map((c) => html`<li key=${c.key}><span class="muted">${c.key}</span> <del>${shortly(c.was)}</del> <span aria-hidden="true">→</span> <ins>${shortly(c.is)}</ins></li>`)}</ul>`;
}
