// The form that moves, copies or redrives messages. What would come of it is
// tried first, if one likes.

import { get, path, post } from './api.js';
import { Dialog, ask, attempt, openDialog } from './dialog.js';
import { Button, html, useEffect, useRef, useState } from './dom.js';
import { Choice, Field } from './form.js';
import { Outcome, isOver, said } from './jobs.js';
import { toast } from './toast.js';

/** @typedef {import('../../types/api').Job} Job */

/**
 * @typedef {object} Moving
 * @property {string} vhost
 * @property {string} name   of the queue
 * @property {'move' | 'copy' | 'redrive'} verb
 * @property {{ids?: string[], filter?: Record<string, any>}} what
 * @property {string} meant  what it is, in words: "3 messages"
 */

const titles = { move: 'Move', copy: 'Copy', redrive: 'Redrive' };

/** @param {Moving} of */
const pathOf = ({ vhost, name, verb }) => path`x/queues/${vhost}/${name}/` + (verb === 'redrive' ? 'redrive' : 'messages/' + verb);

/** Opens the form. @param {Moving} of */
export function moveMessages(of) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Form} close=${close} of=${of} />`);
}

/** @param {{close: () => void, of: Moving}} p */
function Form({ close, of }) {
  const redrive = of.verb === 'redrive';
  const [kind, setKind] = useState('queue');
  const [to, setTo] = useState('');
  const [key, setKey] = useState('');
  const [perSecond, setPerSecond] = useState('');
  const [limit, setLimit] = useState('');
  const [tried, setTried] = useState(/** @type {Job | null} */ (null));
  const left = useRef(new AbortController());
  useEffect(() => () => left.current.abort(), []);
  /** @param {boolean} dry */
  const bodyOf = (dry) => ({
    ...of.what, to: redrive ? { origin: kind } : kind === 'queue' ? { queue: to } : { exchange: to, ...(key && { routing_key: key }) },
    ...(perSecond && { rate: Number(perSecond) }), ...(limit && { limit: Number(limit) }), ...(dry && { dry_run: true }),
  });
  const ready = () => {
    if (redrive || to !== '') return true;
    toast.failed(kind === 'queue' ? 'To which queue?' : 'To which exchange?');
    return false;
  };
  const submit = async () => {
    if (ready() && await attempt(() => post(pathOf(of), bodyOf(false)), said)) close();
  };
  const tryIt = async () => {
    if (!ready()) return;
    try {
      await follow(await post(pathOf(of), bodyOf(true)), setTried, left.current.signal);
    } catch (e) {
      if (!left.current.signal.aborted) toast.failed(e);
    }
  };
  return html`
    <${Dialog} title=${`${titles[of.verb]} ${of.meant} of ${of.name}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} onClick=${tryIt}>Dry run<//><${Button} type="submit" kind="primary">${titles[of.verb]}<//>`}>
      <div class="form-grid">
        ${redrive ? html`
          <${Choice} label="Back to" value=${kind} onChange=${setKind} options=${[['queue', 'the queue where each died'], ['exchange', 'the exchange each was published to']]} />` : html`
          <${Choice} label="To" value=${kind} onChange=${setKind} options=${[['queue', 'a queue'], ['exchange', 'an exchange']]} />
          <${Field} label=${kind === 'queue' ? 'Queue' : 'Exchange'} value=${to} onChange=${setTo} first required />
          ${kind === 'exchange' && html`<${Field} label="Routing key" value=${key} onChange=${setKey} placeholder="each its own" />`}`}
        <${Field} label="Messages a second" type="number" min="1" value=${perSecond} onChange=${setPerSecond} placeholder="as fast as it goes" />
        ${!of.what.ids && html`<${Field} label="At most" type="number" min="1" value=${limit} onChange=${setLimit} placeholder="all of them" />`}
      </div>
      <p class="hint">${redrive ? 'Each goes back as it was before it died, and remembers how often it was redriven.' : 'A message leaves its queue when the target has it for sure: it may be there twice after a crash, and is never lost.'}</p>
      ${tried && html`<${Outcome} of=${tried} />`}
    <//>`;
}

/** Shows a job until it is over. @param {Job} job @param {(j: Job) => void} show @param {AbortSignal} left */
async function follow(job, show, left) {
  for (show(job); !isOver(job) && !left.aborted; show(job)) {
    await new Promise((later) => setTimeout(later, 400));
    job = await get(`x/jobs/${job.id}`, { signal: left });
  }
}

/** Asks, and deletes. @param {Omit<Moving, 'verb'>} of */
export function deleteMessages({ vhost, name, what, meant }) {
  ask({
    title: `Delete ${meant} of ${name}?`, action: `Delete ${meant}`, danger: true,
    typed: what.ids ? undefined : name,
    body: html`<p>They are dropped for good, and not dead-lettered. What is unacked stays with its consumers.</p>`,
    run: async () => toast.done(said(await post(path`x/queues/${vhost}/${name}/messages/delete`, what))),
    done: '',
  });
}
