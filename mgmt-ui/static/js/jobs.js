// Moves of messages that take their time: how far they are, and how they are
// held up or ended.

import { del, path, post } from './api.js';
import { attempt } from './dialog.js';
import { Age, Badge, Button, Card, count, html, number, percent } from './dom.js';
import { useLive } from './live.js';
import { queueHref } from './router.js';

/** @typedef {import('../../types/api').Job} Job */

const shownFor = 10 * 60e3; // after its end
const mostShown = 12;

/** @param {Job} j */
export const isOver = (j) => j.state !== 'running' && j.state !== 'paused';

const past = /** @type {Record<string, string>} */ ({ move: 'moved', copy: 'copied', delete: 'deleted' });

/** What came of a job, in a sentence. @param {Job} j */
export function said(j) {
  if (j.problem) return `It has failed: ${j.problem}.`;
  if (!isOver(j)) return 'It has begun.';
  const kept = j.kept.reduce((n, k) => n + k.messages, 0);
  return `${count(j.moved, 'message')} ${past[j.verb]}${kept ? `, ${number(kept)} left where they are: ${j.kept[0].reason}` : ''}${j.missing ? `, ${number(j.missing)} gone before` : ''}.`;
}

/** What a dry run has found. @param {{of: Job}} p */
export const Outcome = ({ of: j }) => html`
  <div class="outcome" role="status">
    <p><b>${isOver(j) ? `${count(j.moved, 'message')} would be ${past[j.verb]}.` : `${number(j.looked)} looked at…`}</b>${j.problem && ` ${j.problem}`}</p>
    <ul>
      ${j.targets.slice(0, 8).map((t) => html`<li key=${t.queue}>${number(t.messages)} → <b>${t.queue}</b></li>`)}
      ${j.kept.slice(0, 8).map((k) => html`<li key=${k.reason} class="muted">${number(k.messages)} would stay: ${k.reason}</li>`)}
    </ul>
  </div>`;

/** The jobs of a queue, or all. @param {{vhost?: string, queue?: string}} p */
export function Jobs({ vhost, queue }) {
  /** @type {import('./live.js').Live<Job[]>} */
  const { data } = useLive('x/jobs', { everyMs: 1000 });
  const list = (data ?? []).filter((j) => !j.dry_run && (queue === undefined || (j.vhost === vhost && j.queue === queue)) && (j.ended === null || Date.now() - j.ended < shownFor));
  if (!list.length) return null;
  return html`
    <${Card} title="Moves" class="jobs">
      <ul>${list.sort((a, b) => b.began - a.began).slice(0, mostShown).map((j) => html`<${One} key=${j.id} j=${j} />`)}</ul>
    <//>`;
}

const tones = /** @type {Record<string, any>} */ ({ running: 'accent', paused: 'warn', done: 'ok', cancelled: 'quiet', failed: 'bad' });

/** @param {{j: Job}} p */
function One({ j }) {
  const whole = j.limit ? Math.min(j.limit, j.total) : j.total;
  const share = isOver(j) ? 1 : Math.min(1, Math.max(j.moved, j.limit ? 0 : j.looked) / Math.max(1, whole));
  const name = `${j.verb} of ${j.queue}`;
  /** @param {() => Promise<any>} run */
  const turn = (run) => attempt(run, '');
  return html`
    <li class="job">
      <span class="job-name"><b>${j.to?.origin ? 'redrive' : j.verb}</b> <a href=${queueHref({ vhost: j.vhost, name: j.queue })}>${j.queue}</a>${to(j)}</span>
      <${Badge} tone=${tones[j.state]}>${j.state}<//>
      <span class="bar" role="progressbar" aria-label=${name} aria-valuenow=${Math.round(share * 100)} aria-valuemin="0" aria-valuemax="100"><i style=${`width:${share * 100}%`}></i></span>
      <span class="job-count">${number(j.moved)} ${past[j.verb]}${!isOver(j) ? ` · ${percent(share)}` : ''}${j.ended && html` · <${Age} at=${j.ended} /> ago`}</span>
      <span class="actions">
        ${j.state === 'running' && html`<${Button} kind="quiet" icon="pause" label=${`Pause the ${name}`} onClick=${() => turn(() => post(path`x/jobs/${j.id}/pause`))} />`}
        ${j.state === 'paused' && html`<${Button} kind="quiet" icon="play" label=${`Go on with the ${name}`} onClick=${() => turn(() => post(path`x/jobs/${j.id}/resume`))} />`}
        ${!isOver(j) && html`<${Button} kind="quiet" icon="close" label=${`Cancel the ${name}`} onClick=${() => turn(() => del(path`x/jobs/${j.id}`))} />`}
      </span>
      ${(j.problem || j.kept.length > 0) && html`<p class="hint">${j.problem || j.kept.slice(0, 3).map((k) => `${number(k.messages)} stay: ${k.reason}`).join('; ')}</p>`}
    </li>`;
}

/** Where a job leads, in words. @param {Job} j */
function to(j) {
  if (!j.to) return '';
  if (j.to.origin) return j.to.origin === 'queue' ? ' to where they died' : ' to their exchanges';
  return j.to.queue ? ` to queue ${j.to.queue}` : ` to exchange ${j.to.exchange || '(default)'}`;
}
