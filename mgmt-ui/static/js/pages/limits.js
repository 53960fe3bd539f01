// All limits there are, of vhosts and of users.

import { may } from '../api.js';
import { Badge, Button, Card, Failed, Loading, PageHead, html, number, span } from '../dom.js';
import { editLimits, limitNames } from '../limitform.js';
import { useLive } from '../live.js';
import { href } from '../router.js';
import { vhosts } from '../vhosts.js';

/** @typedef {import('../limitform.js').Whose} Whose */
/** @typedef {{vhost?: string, user?: string, value: Record<string, number>}} LimitsOf */
/** @typedef {{vhost?: string, user?: string, waited_ms: number, full?: boolean, message_bytes?: number}} Quota */

export default function AllLimits() {
  const admin = may('administrator');
  const users = useLive(admin ? 'users?columns=name' : null, { everyMs: 10000 }).data?.map((/** @type {{name: string}} */ u) => u.name) ?? [];
  return html`
    <${PageHead} title="Limits" meta=${html`<span>How much a vhost or a user may have. Without a limit, there is none.</span>`} />
    <${Of} whose="vhost" names=${vhosts.value.length ? vhosts.value : ['/']} admin=${admin} />
    <${Of} whose="user" names=${users} admin=${admin} />`;
}

/** @param {string} word */
const capital = (word) => word[0].toUpperCase() + word.slice(1);

/** @param {{whose: Whose, names: string[], admin: boolean}} p */
function Of({ whose, names, admin }) {
  /** @type {import('../live.js').Live<LimitsOf[]>} */
  const { data, error } = useLive(`${whose}-limits`);
  /** @type {import('../live.js').Live<Quota[]>} */
  const { data: quotas } = useLive('x/quotas');
  const title = whose === 'vhost' ? 'Of vhosts' : 'Of users';
  if (!data) return error ? html`<${Failed} error=${error} />` : html`<${Loading} />`;
  const left = names.filter((n) => !data.some((l) => l[whose] === n));
  return html`
    <${Card} title=${title} actions=${admin && left.length > 0 && html`<${Button} icon="plus" onClick=${() => editLimits({ whose, names: left })}>Limit a ${whose}<//>`}>
      ${data.length === 0 ? html`<p class="muted">No ${whose} is limited.</p>` : html`
      <div class="table-box" tabindex="0" role="region" aria-label=${title}><table class="table limits">
        <thead><tr><th scope="col">${whose === 'vhost' ? 'Vhost' : 'User'}</th>${limitNames[whose].map(([k, word]) => html`<th scope="col" class="right" key=${k}>${capital(word)}</th>`)}<th scope="col" class="right">Held back</th><th><span class="sr-only">Change</span></th></tr></thead>
        <tbody>${data.map((l) => html`<${Row} key=${l[whose]} whose=${whose} l=${l} admin=${admin} quota=${quotas?.find((q) => q[whose] === l[whose])} />`)}</tbody></table></div>`}
    <//>`;
}

/** @param {{whose: Whose, l: LimitsOf, admin: boolean, quota?: Quota}} p */
function Row({ whose, l, admin, quota }) {
  const name = l[whose] ?? '';
  return html`
    <tr><td class="name">${admin ? html`<a href=${href([whose + 's', name])}>${name}</a>` : name}</td>
      ${limitNames[whose].map(([k, word]) => html`<td key=${k} class="right card-cell" data-label=${capital(word)}>${l.value[k] >= 0 ? number(l.value[k]) : html`<span class="zero">–</span>`}</td>`)}
      <td class="right card-cell" data-label="Held back"><${HeldBack} of=${quota} /></td>
      <td class="right deeds card-cell">${admin && html`<${Button} kind="quiet" icon="edit" label=${`Change the limits of ${name}`} onClick=${() => editLimits({ whose, name, was: l.value })} />`}</td></tr>`;
}

/** For how long publishers had to wait. @param {{of?: Quota}} p */
const HeldBack = ({ of }) => !of ? html`<span class="zero">–</span>` : html`
  ${of.full && html`<${Badge} tone="warn">full<//> `}${of.waited_ms > 0 ? span(of.waited_ms) : html`<span class="zero">never</span>`}`;
