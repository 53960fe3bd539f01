// Limits of vhosts and users: how they are shown, and the form that sets them.

import { del, path, put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Badge, Button, html, number, useState } from './dom.js';
import { Choice, Field } from './form.js';

/** @typedef {'vhost'|'user'} Whose */

/** The names of limits, and their words. */
export const limitNames = /** @type {Record<Whose, [string, string][]>} */ ({
  vhost: [['max-connections', 'connections'], ['max-queues', 'queues'], ['max-publish-rate', 'messages/s in'], ['max-publish-byte-rate', 'bytes/s in'], ['max-bytes', 'bytes held']],
  user: [['max-connections', 'connections'], ['max-channels', 'channels'], ['max-publish-rate', 'messages/s in'], ['max-publish-byte-rate', 'bytes/s in']],
});

/** @param {{of: Record<string, number>, whose: Whose}} p */
export const Limits = ({ of, whose }) => {
  const set = limitNames[whose].filter(([k]) => of[k] >= 0);
  return set.length === 0 ? html`<span class="zero">none</span>` : html`<span class="features">${set.map(([k, word]) => html`<${Badge} key=${k} tone=${of[k] === 0 ? 'warn' : 'quiet'}>${of[k] === 0 ? `no ${word}` : `${number(of[k])} ${word}`}<//>`)}</span>`;
};

/** Sets those that are given, and clears those left empty. @param {Whose} whose @param {string} name @param {Record<string, number>} was @param {Record<string, string>} values */
async function setLimits(whose, name, was, values) {
  for (const [key, text] of Object.entries(values)) {
    const at = `${whose}-limits/` + path`${name}/${key}`;
    if (text.trim() === '') {
      if (was[key] !== undefined) await del(at);
    } else {
      if (!/^\d+$/.test(text.trim())) throw new Error(`${key} wants a whole number, or nothing for no limit.`);
      await put(at, { value: Number(text) });
    }
  }
}

/** @param {{close: () => void, whose: Whose, name?: string, was: Record<string, number>, names: string[]}} p */
function LimitForm({ close, whose, name, was, names }) {
  const [other, setOther] = useState(names[0] ?? '');
  const [values, setValues] = useState(() => Object.fromEntries(limitNames[whose].map(([k]) => [k, was[k] >= 0 ? String(was[k]) : ''])));
  const of = name ?? other;
  const submit = async () => {
    if (await attempt(() => setLimits(whose, of, was, values), `The limits of ${of} are set.`)) close();
  };
  return html`
    <${Dialog} title=${name === undefined ? `Limit a ${whose}` : `Limits of ${whose} ${name}`} close=${close} onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Set the limits<//>`}>
      ${name === undefined && html`<${Choice} label=${whose === 'vhost' ? 'Vhost' : 'User'} value=${other} onChange=${setOther} options=${names} />`}
      <div class="form-grid">${limitNames[whose].map(([k, word], i) => html`<${Field} key=${k} label=${`At most … ${word}`} inputmode="numeric" first=${i === 0 && name !== undefined} value=${values[k]} onChange=${(/** @type {string} */ v) => setValues({ ...values, [k]: v })} />`)}</div>
      <p class="hint">Leave a field empty for no limit. 0 lets none in. Who publishes faster than the rates waits; nothing is refused.</p>
    <//>`;
}

/** Opens the form. @param {{whose: Whose, name?: string, was?: Record<string, number>, names?: string[]}} p */
export function editLimits(p) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${LimitForm} close=${close} was=${{}} names=${[]} ...${p} />`);
}
