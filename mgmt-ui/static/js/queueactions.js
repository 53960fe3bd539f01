// What can be done with queues: each asks first, and says afterwards.

import { del, path, put } from './api.js';
import { ask, attempt } from './dialog.js';
import { count, html, number } from './dom.js';
import { go, href } from './router.js';

/** @typedef {{name: string, vhost: string, messages?: number, consumers?: number, state?: string}} Q */

/** @param {Q[]} queues */
const messagesIn = (queues) => queues.reduce((n, q) => n + (q.messages ?? 0), 0);

/** What a question is about: the one, or the first few. @param {Q[]} queues */
const Named = (queues) => html`<ul class="named">
  ${queues.slice(0, 8).map((q) => html`<li key=${q.vhost + '\n' + q.name}><b>${q.name}</b> <span class="muted">in ${q.vhost}, ${count(q.messages ?? 0, 'message')}, ${count(q.consumers ?? 0, 'consumer')}</span></li>`)}
  ${queues.length > 8 && html`<li class="muted">and ${count(queues.length - 8, 'more queue')}</li>`}</ul>`;

/** Does something with each queue; the first that fails is named. @param {Q[]} queues @param {(q: Q) => Promise<any>} run */
async function each(queues, run) {
  for (const [done, q] of queues.entries()) {
    try {
      await run(q);
    } catch (e) {
      throw new Error(`${q.name}: ${/** @type {Error} */ (e).message}${done > 0 ? ` (${count(done, 'queue')} done before)` : ''}`);
    }
  }
}

/** @param {Q[]} queues */
export function purgeQueues(queues) {
  const what = queues.length === 1 ? `queue ${queues[0].name}` : count(queues.length, 'queue');
  ask({
    title: `Purge ${what}?`, action: `Purge ${count(messagesIn(queues), 'message')}`, danger: true,
    body: html`<p>All ready messages are dropped for good. They are not dead-lettered. What is unacked stays with its consumers.</p>${Named(queues)}`,
    run: () => each(queues, (q) => del(path`queues/${q.vhost}/${q.name}/contents`)),
    done: queues.length === 1 ? `Queue ${queues[0].name} is purged.` : `${count(queues.length, 'queue')} purged.`,
  });
}

/** @param {Q[]} queues */
export function deleteQueues(queues) {
  const one = queues.length === 1 ? queues[0] : undefined;
  const messages = messagesIn(queues);
  ask({
    title: one ? `Delete queue ${one.name}?` : `Delete ${count(queues.length, 'queue')}?`,
    action: one ? 'Delete the queue' : `Delete ${count(queues.length, 'queue')}`, danger: true,
    typed: one ? one.name : number(queues.length),
    body: html`<p>${messages > 0 ? `With ${one ? 'it' : 'them'}, ${count(messages, 'message')} ${messages === 1 ? 'is' : 'are'} lost for good. ` : ''}Consumers are cancelled, bindings go.</p>${Named(queues)}`,
    run: async () => {
      await each(queues, (q) => del(path`queues/${q.vhost}/${q.name}`));
      if (one) go(href(['queues']));
    },
    done: one ? `Queue ${one.name} is deleted.` : `${count(queues.length, 'queue')} deleted.`,
  });
}

/** A paused queue takes messages and delivers none; it goes on at once, so nobody is asked. @param {Q} q */
export function pauseQueue(q) {
  const on = q.state !== 'paused';
  return attempt(() => put(path`queues/${q.vhost}/${q.name}` + (on ? '/pause' : '/resume')),
    on ? `Queue ${q.name} is paused: it takes messages and delivers none.` : `Queue ${q.name} delivers again.`);
}
