// Closing connections, with a reason that the client gets to read.

import { del, path } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, count, html, useState } from './dom.js';
import { Field } from './form.js';

/** @typedef {{name: string, user?: string, channels?: number, user_provided_name?: string}} C */

/** @param {{close: () => void, of: C[]}} p */
function Close({ close, of }) {
  const [reason, setReason] = useState('');
  const what = of.length === 1 ? of[0].user_provided_name ?? of[0].name : count(of.length, 'connection');
  /** @type {Record<string, string>} */
  const headers = reason ? { 'X-Reason': reason } : {};
  const submit = async () => {
    const run = () => Promise.all(of.map((c) => del(path`connections/${c.name}`, { headers })));
    if (await attempt(run, `${what} closed.`)) close();
  };
  return html`
    <${Dialog} title=${`Close ${what}?`} close=${close} onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="danger">Close ${count(of.length, 'connection')}<//>`}>
      <p>${count(of.reduce((n, c) => n + (c.channels ?? 0), 0), 'channel')} and their consumers go along; unacked messages return to their queues. Most clients connect again at once.</p>
      <ul class="named">${of.slice(0, 8).map((c) => html`<li key=${c.name}><b>${c.user_provided_name ?? c.name}</b> <span class="muted">${c.user}</span></li>`)}</ul>
      <${Field} label="Reason, for the client to read" value=${reason} onChange=${setReason} first maxlength="200" />
    <//>`;
}

/** @param {C[]} of */
export function closeConnections(of) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Close} close=${close} of=${of} />`);
}
