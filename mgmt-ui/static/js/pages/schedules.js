// Schedules: what is published again and again, when it was last and is next.

import { del, may, path, post, put } from '../api.js';
import { ask, attempt } from '../dialog.js';
import { Age, Button, Card, Empty, Failed, Loading, Num, PageHead, State, count, html, span } from '../dom.js';
import { useLive } from '../live.js';
import { vhost } from '../prefs.js';
import { editSchedule } from '../scheduleform.js';

/** @typedef {import('../../../types/api').Schedule} Schedule */

export default function Schedules() {
  /** @type {import('../live.js').Live<Schedule[]>} */
  const { data, error } = useLive('x/schedules' + (vhost.value && path`/${vhost.value}`));
  if (!data) return error ? html`<${Failed} error=${error} />` : html`<${Loading} />`;
  const maker = may('policymaker');
  const add = maker && html`<${Button} icon="plus" kind="primary" onClick=${() => editSchedule()}>Add a schedule<//>`;
  return html`
    <${PageHead} title="Schedules" meta="Messages that the broker publishes by the clock" actions=${add} />
    ${data.length === 0 ? html`<${Empty} icon="delayed" title="There is no schedule"><p>A schedule publishes a message by a cron expression or an interval, exactly once each time, through restarts too.</p><//>` : html`
    <${Card} title=${count(data.length, 'schedule')}><div class="table-box" tabindex="0" role="region" aria-label="Schedules"><table class="table">
      <thead><tr><th scope="col">Name</th><th scope="col">When</th><th scope="col">Publishes to</th><th scope="col">State</th><th scope="col">Next in</th><th scope="col">Last</th><th scope="col" class="right">Runs</th><th><span class="sr-only">What to do</span></th></tr></thead>
      <tbody>${data.map((s) => html`<${Row} key=${s.vhost + '\n' + s.name} s=${s} maker=${maker} />`)}</tbody></table></div><//>`}`;
}

/** @param {{s: Schedule, maker: boolean}} p */
function Row({ s, maker }) {
  const at = path`x/schedules/${s.vhost}/${s.name}`;
  const drop = () => ask({
    title: `Delete schedule ${s.name}?`, danger: true, action: 'Delete the schedule',
    body: html`<p>It publishes nothing more. What it has published stays.</p>`, run: () => del(at), done: `Schedule ${s.name} is deleted.`,
  });
  return html`
    <tr><td class="name">${s.name}<span class="muted"> ${s.vhost}</span></td>
      <td class="card-cell" data-label="When"><code>${s.cron ?? 'every ' + s.every}</code>${s.time_zone && html` <span class="muted">${s.time_zone}</span>`}</td>
      <td class="card-cell" data-label="Publishes to">${s.exchange || '(default)'} <code>${s.routing_key}</code></td>
      <td class="card-cell" data-label="State"><${State} of=${!s.enabled ? 'paused' : s.next ? 'running' : 'idle'} /></td>
      <td class="card-cell" data-label="Next in">${s.next ? html`<time datetime=${new Date(s.next).toISOString()} title=${new Date(s.next).toLocaleString('en-GB')}>${span(Math.max(1000, s.next - Date.now()))}</time>` : '–'}</td>
      <td class="wide-cell">${s.last ? html`<${Age} at=${s.last} /> ago` : '–'}</td>
      <td class="right wide-cell"><${Num} of=${s.runs} /></td>
      <td class="right deeds-cell">${maker && html`
        <${Button} kind="quiet" icon="publish" label=${`Run ${s.name} now`} onClick=${() => attempt(() => post(at + '/run'), `Schedule ${s.name} has run.`)} />
        <${Button} kind="quiet" icon=${s.enabled ? 'pause' : 'play'} label=${`${s.enabled ? 'Pause' : 'Resume'} ${s.name}`} onClick=${() => attempt(() => put(at + (s.enabled ? '/pause' : '/resume')), `Schedule ${s.name} ${s.enabled ? 'is paused' : 'goes on'}.`)} />
        <${Button} kind="quiet" icon="edit" label=${`Change ${s.name}`} onClick=${() => editSchedule(s)} />
        <${Button} kind="quiet" icon="trash" label=${`Delete ${s.name}`} onClick=${drop} />`}</td></tr>`;
}
