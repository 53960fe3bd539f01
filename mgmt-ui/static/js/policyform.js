// The form that makes and changes a policy, with what it would change.

import { may, path, put } from './api.js';
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
      </div>
      <div class="form-row">
        <${Field} label="Pattern" value=${pattern} onChange=${setPattern} first=${!!was} class="mono" hint="A regular expression; ^orders\\. is every name that begins so, .* is every name." />
        <${Field} label="Priority" type="number" step="1" value=${priority} onChange=${setPriority} hint="the highest first" />
      </div>
      <${TableField} label="Settings" rows=${rows} onChange=${setRows} known=${keysFor(applyTo, operator)} />
      <${Preview} draft=${draft} was=${was} at=${at} />
    <//>`;
}

/** @param {string} text */
function wholeOf(text) {
  if (!/^-?\d+$/.test(text.trim())) throw new Error('The priority wants a whole number.');
  return Number(text);
}

/** Whether policies merge. Only administrators see the settings; to others it is as it is without one. */
function useMerge() {
  const { data } = useLive(may('administrator') ? 'x/config' : null, { everyMs: 600000 });
  return data?.settings.find((/** @type {import('../../types/api').Setting} */ s) => s.key === 'policies.merge')?.value !== 'false';
}

/** @param {{draft: Policy, was?: Policy, at: string}} p */
function Preview({ draft, was, at }) {
  const of = encodeURIComponent(draft.vhost), seldom = { everyMs: 30000 };
  const { data: queues } = useLive(`queues/${of}?columns=name,type,arguments`, seldom);
  const { data: exchanges } = useLive(`exchanges/${of}?columns=name`, seldom);
  const { data: others } = useLive(`${at}/${of}`, seldom);
  const merge = useMerge();
  const all = useMemo(() => queues && exchanges && targets(queues, exchanges), [queues, exchanges]);
  const key = JSON.stringify(draft);
  const v = useMemo(() => all && others && draft.pattern !== '' ? previewOf(draft, was, others, all, merge) : undefined, [key, all, others, merge]);
  return html`
    <div class="preview" role="status">
      ${draft.pattern === '' ? html`<p class="muted">Write a pattern to see what it matches.</p>`
        : !v ? html`<p class="muted">Looking at the names…</p>`
        : v.unreadable ? html`<p class="warn"><${Icon} name="warn" />This browser cannot read the pattern; the broker says whether it can. ${v.unreadable}</p>`
        : html`<${Said} v=${v} />`}
    </div>`;
}

/** A few names, and how many more. @param {string[]} names */
const few = (names) => names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${number(names.length - 5)} more` : '');

/** What is matched, counted by what it is. @param {import('./policypreview.js').Target[]} list */
function counted(list) {
  const exchanges = list.filter((t) => t.of === 'exchanges').length, queues = list.length - exchanges;
  return [(queues > 0 || exchanges === 0) && count(queues, 'queue'), exchanges > 0 && count(exchanges, 'exchange')].filter(Boolean).join(' and ');
}

/** @typedef {import('./policypreview.js').Contest} Contest */

/** Those that others meet in a contest. @param {Contest[]} list */
const rivalsIn = (list) => few([...new Set(list.flatMap((c) => c.by))]);

/** What they meet about. @param {{keys: string[]}[]} list */
const keysIn = (list) => few([...new Set(list.flatMap((c) => c.keys))]);

/** @param {{v: import('./policypreview.js').Preview}} p */
function Said({ v }) {
  const names = (/** @type {{target: {name: string}}[]} */ list) => html`<span class="muted">${few(list.map((o) => o.target.name))}</span>`;
  const { matched, overrides, beaten, left, own } = v;
  return html`
    <p><strong>${'Matches ' + counted(matched)}${overrides.length > 0 && `, overrides ${overrides.length}`}</strong> ${matched.length > 0 && html`<span class="muted">${few(matched.map((t) => t.name))}</span>`}</p>
    <ul>
      ${overrides.length > 0 && html`<li>It takes the place of ${rivalsIn(overrides)}${keysIn(overrides) && ` for ${keysIn(overrides)}`} on ${names(overrides)}</li>`}
      ${beaten.length > 0 && html`<li class="warn">▲ On ${number(beaten.length)}, ${rivalsIn(beaten)} goes first${keysIn(beaten) ? ` for ${keysIn(beaten)}` : ', and this has no effect'}: ${names(beaten)}</li>`}
      ${left.length > 0 && html`<li class="warn">▲ It no longer holds ${counted(left)}: <span class="muted">${few(left.map((t) => t.name))}</span></li>`}
      ${own.length > 0 && html`<li>${count(own.length, 'queue')} ${own.length === 1 ? 'has' : 'have'} an argument for ${keysIn(own)}: the argument holds, or of numbers the smaller one. ${names(own)}</li>`}
    </ul>`;
}

/** Opens the form; with a policy, to change it. @param {boolean} operator @param {Policy} [was] */
export function editPolicy(operator, was) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${PolicyForm} close=${close} operator=${operator} was=${was} />`);
}
