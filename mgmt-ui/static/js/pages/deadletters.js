// Dead letters: where they wait, where they died and why, and the way back.

import { path } from '../api.js';
import { Age, Badge, Button, Card, Empty, Failed, Loading, Num, PageHead, count, html } from '../dom.js';
import { Jobs } from '../jobs.js';
import { useLive } from '../live.js';
import { filterBody } from '../messagefilter.js';
import { moveMessages } from '../moveform.js';
import { vhost } from '../prefs.js';
import { href, queueHref } from '../router.js';
import { vhosts } from '../vhosts.js';

/** @typedef {import('../../../types/api').LettersIn} LettersIn */
/** @typedef {import('../../../types/api').DeathCause} Cause */

export default function DeadLetters() {
  const list = vhost.value ? [vhost.value] : vhosts.value;
  return html`
    <${PageHead} title="Dead letters" meta="Messages that were rejected, expired, or were too many" />
    ${list.length === 0 && html`<${Loading} />`}
    ${list.map((v) => html`<${OfVhost} key=${v} vhost=${v} named=${list.length > 1} />`)}
    <${Jobs} />`;
}

/** @param {{vhost: string, named: boolean}} p */
function OfVhost({ vhost: v, named }) {
  /** @type {import('../live.js').Live<{queues: LettersIn[], all: boolean}>} */
  const { data, error } = useLive(path`x/dead-letters/${v}`, { everyMs: 5000 });
  if (!data) return error ? html`<${Failed} error=${error} />` : html`<${Loading} />`;
  if (data.queues.length === 0) return named ? html`<p class="fine">No dead letters wait in vhost ${v}.</p>` : html`<${None} />`;
  return html`
    ${named && html`<h2 class="vhost-head">vhost ${v}</h2>`}
    ${data.queues.map((l) => html`<${Letters} key=${l.queue} of=${l} vhost=${v} />`)}
    ${!data.all && html`<p class="hint">There are more queues than could be looked into.</p>`}`;
}

const None = () => html`
  <${Empty} icon="check" title="No dead letters wait anywhere">
    <p>A queue with a dead-letter exchange (<code>x-dead-letter-exchange</code>, or a policy's <code>dead-letter-exchange</code>) passes messages on that are rejected, expire or are too many. Where they end up shows here, with the way back.</p><//>`;

/** @param {{of: LettersIn, vhost: string}} p */
function Letters({ of, vhost: v }) {
  const q = { vhost: v, name: of.queue };
  /** @param {Cause | null} c */
  const redrive = (c) => moveMessages({
    ...q, verb: 'redrive', meant: c ? `what died in ${c.queue}` : 'all dead letters',
    what: { filter: c ? filterBody({ key: '', header: '', text: '', died: c.queue, reason: c.reason }) : {} },
  });
  return html`
    <${Card} title=${html`<a href=${queueHref(q)}>${of.queue}</a>`}
      actions=${html`<span class="muted">${count(of.messages_ready, 'message')} ready</span><${Button} icon="publish" onClick=${() => redrive(null)}>Redrive all…<//>`}>
      <div class="table-box" tabindex="0" role="region" aria-label=${`Dead letters in ${of.queue}`}>
      <table class="table">
        <thead><tr><th scope="col">Died in</th><th scope="col">Because</th><th scope="col" class="right">Messages</th><th scope="col">First</th><th scope="col">Last</th><th><span class="sr-only">What to do</span></th></tr></thead>
        <tbody>${of.causes.map((c) => html`
          <tr key=${c.queue + '\n' + c.reason}>
            <td class="name"><a href=${queueHref({ vhost: v, name: c.queue })}>${c.queue}</a></td>
            <td class="card-cell" data-label="Because"><${Badge} tone="bad">${c.reason}<//></td>
            <td class="right card-cell" data-label="Messages">${of.at_least && html`<span class="muted" title="Only the first were looked at">at least </span>`}<${Num} of=${c.count} /></td>
            <td class="wide-cell"><${Ago} at=${c.first} /></td>
            <td class="card-cell" data-label="Last"><${Ago} at=${c.last} /></td>
            <td class="right deeds-cell"><a class="button quiet" href=${href(['queues', v, of.queue], { tab: 'messages', died: c.queue, reason: c.reason })}>Look<span class="sr-only"> at what died in ${c.queue}</span></a>
              <${Button} onClick=${() => redrive(c)}>Redrive…<span class="sr-only"> what died in ${c.queue}</span><//></td>
          </tr>`)}</tbody>
      </table></div>
    <//>`;
}

/** @param {{at: number | null}} p */
const Ago = ({ at }) => at ? html`<${Age} at=${at} /> ago` : '–';
