// The form that makes and changes a policy, with what it would change.

import { path, put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, Icon, count, html, number, useMemo, useState } from './dom.js';
import { Choice, Field, TableField, objectOf, rowsOf } from './form.js';
import { useLive } from './live.js';
import { applyTos, keysFor } from './policykeys.js';
import { previewOf, targets } from './policypreview.js';
import { vhost } from './prefs.js';
import { toast } from './toast.js';
import { vhosts } from './vhosts.js';

/** @typedef {import('../../types/api').Policy} Policy */

/** Where policies of an author are, and what one is called. @param {boolean} operator */
export const authorOf = (operator) => operator ? { at: 'operator-policies', noun: 'operator policy' } : { at: 'policies', noun: 'policy' };

/** @param {{close: () => void, operator: boolean, was?: Policy}} p */
function PolicyForm({ close, operator, was }) {
  const { at, noun } = authorOf(operator);
  const [where, setWhere] = useState(was?.vhost ?? (vhost.peek() || '/'));
  const [name, setName] = useState(was?.name ?? '');
  const [pattern, setPattern] = useState(was?.pattern ?? '');
  const [applyTo, setApplyTo] = useState(was?.['apply-to'] ?? 'queues');
  const [priority, setPriority] = useState(String(was?.priority ?? 0));
  const [rows, setRows] = useState(() => rowsOf(was?.definition ?? {}));
  const submit = async () => {
    if (name === '') return toast.failed('A policy needs a name.');
    const sent = await attempt(() => put(`${at}/` + path`${where}/${name}`, { pattern, 'apply-to': applyTo, priority: wholeOf(priority), definition: objectOf(rows) }),
      `${operator ? 'Operator policy' : 'Policy'} ${name} holds.`);
    if (sent) close();
  };
  const draft = { vhost: where, name, pattern, 'apply-to': applyTo, priority: Number(priority) || 0, definition: Object.fromEntries(rows.map((r) => [r.key, r.value])) };
  return html`
    <${Dialog} title=${was ? `Change ${noun} ${was.name}` : `Add ${operator ? 'an' : 'a'} ${noun}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">${was ? 'Change the policy' : 'Add the policy'}<//>`}>
      <div class="form-grid">
        <${Field} label="Name" value=${name} onChange=${setName} first=${!was} required maxlength="255" readonly=${!!was} />
        ${!was && vhosts.value.length > 1 && html`<${Choice} label="Vhost" value=${where} onChange=${setWhere} options=${vhosts.value} />`}
        <${Choice} label="Applies to" value=${applyTo} onChange=${setApplyTo} options=${applyTos(operator)} />
        <${Field} label="Priority" type="number" step="1" value=${priority} onChange=${setPriority} hint="Of those that match, only the highest holds." />
      </div>
      <${Field} label="Pattern" value=${pattern} onChange=${setPattern} first=${!!was} class="mono" hint="A regular expression; ^orders\\. is every name that begins so, .* is every name." />
      <${TableField} label="Settings" rows=${rows} onChange=${setRows} known=${keysFor(applyTo, operator)} />
      <${Preview} draft=${draft} was=${was} at=${at} operator=${operator} />
    <//>`;
}

/** @param {string} text */
function wholeOf(text) {
  if (!/^-?\d+$/.test(text.trim())) throw new Error('The priority wants a whole number.');
  return Number(text);
}

/** @param {{draft: Policy, was?: Policy, at: string, operator: boolean}} p */
function Preview({ draft, was, at, operator }) {
  const of = encodeURIComponent(draft.vhost), seldom = { everyMs: 30000 };
  const { data: queues } = useLive(`queues/${of}?columns=name,type,arguments`, seldom);
  const { data: exchanges } = useLive(`exchanges/${of}?columns=name`, seldom);
  const { data: others } = useLive(`${at}/${of}`, seldom);
  const all = useMemo(() => queues && exchanges && targets(queues, exchanges), [queues, exchanges]);
  const key = JSON.stringify(draft);
  const v = useMemo(() => all && others && draft.pattern !== '' ? previewOf(draft, was, others, all) : undefined, [key, all, others]);
  return html`
    <div class="preview" role="status">
      ${draft.pattern === '' ? html`<p class="muted">Write a pattern to see what it matches.</p>`
        : !v ? html`<p class="muted">Looking at the names…</p>`
        : v.unreadable ? html`<p class="warn"><${Icon} name="warn" />This browser cannot read the pattern; the broker says whether it can. ${v.unreadable}</p>`
        : html`<${Said} v=${v} operator=${operator} />`}
    </div>`;
}

/** A few names, and how many more. @param {string[]} names */
const few = (names) => names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${number(names.length - 5)} more` : '');

/** What is matched, counted by what it is. @param {import('./policypreview.js').Target[]} list */
function counted(list) {
  const exchanges = list.filter((t) => t.of === 'exchanges').length, queues = list.length - exchanges;
  return [(queues > 0 || exchanges === 0) && count(queues, 'queue'), exchanges > 0 && count(exchanges, 'exchange')].filter(Boolean).join(' and ');
}

/** @param {{v: import('./policypreview.js').Preview, operator: boolean}} p */
function Said({ v, operator }) {
  const names = (/** @type {{target: {name: string}}[]} */ list) => few(list.map((o) => o.target.name));
  return html`
    <p><strong>${'Matches ' + counted(v.matched)}${v.overrides.length > 0 && `, overrides ${v.overrides.length}`}</strong> ${v.matched.length > 0 && html`<span class="muted">${few(v.matched.map((t) => t.name))}</span>`}</p>
    <ul>
      ${v.overrides.length > 0 && html`<li>It takes the place of ${few([...new Set(v.overrides.map((o) => o.by))])} on <span class="muted">${names(v.overrides)}</span></li>`}
      ${v.beaten.length > 0 && html`<li class="warn">▲ On ${v.beaten.length}, ${few([...new Set(v.beaten.map((o) => o.by))])} goes first, and this has no effect: <span class="muted">${names(v.beaten)}</span></li>`}
      ${v.left.length > 0 && html`<li class="warn">▲ It no longer holds ${counted(v.left)}: <span class="muted">${few(v.left.map((t) => t.name))}</span></li>`}
      ${v.own.length > 0 && html`<li>${count(v.own.length, 'queue')} ${v.own.length === 1 ? 'says' : 'say'} something of ${few([...new Set(v.own.flatMap((o) => o.keys))])} in ${v.own.length === 1 ? 'its' : 'their'} arguments; ${operator ? 'the smaller number holds' : 'that goes first'}: <span class="muted">${names(v.own)}</span></li>`}
    </ul>`;
}

/** Opens the form; with a policy, to change it. @param {boolean} operator @param {Policy} [was] */
export function editPolicy(operator, was) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${PolicyForm} close=${close} operator=${operator} was=${was} />`);
}
