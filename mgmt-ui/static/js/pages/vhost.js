// A vhost: who may use it, how much it may hold, and its end.

import { path } from '../api.js';
import { Button, Card, Failed, KeyValue, Loading, PageHead, html, number, rate } from '../dom.js';
import { Limits, editLimits } from '../limitform.js';
import { useLive } from '../live.js';
import { clearPermission, editPermission, rightNames } from '../permissionform.js';
import { vhost as picked } from '../prefs.js';
import { Producers } from '../producers.js';
import { href } from '../router.js';
import { deleteVhost, editVhost, protectVhost } from '../vhostform.js';
import { Fact } from './queue.js';
import { Right } from './user.js';
import { VhostFeatures } from './vhosts.js';

/** @typedef {import('../../../types/api').Vhost} V */
/** @typedef {import('../../../types/api').Permission} Permission */

/** @param {{name: string}} p */
export function Vhost({ name }) {
  const at = path`vhosts/${name}`;
  /** @type {import('../live.js').Live<V>} */
  const { data: v, error } = useLive(at);
  const permissions = useLive(at + '/permissions').data;
  const limits = useLive(path`vhost-limits/${name}`).data?.[0]?.value ?? {};
  if (!v) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const gone = error && /** @type {any} */ (error).status === 404;
  return html`
    <${PageHead} kind="vhost" title=${name} meta=${html`<${VhostFeatures} v=${v} />${v.description && html`<span>${v.description}</span>`}`} actions=${!gone && html`<${Actions} v=${v} />`} />
    ${gone && html`<p class="stale" role="alert">The vhost is deleted. This is how it was.</p>`}
    <div class="facts">
      <${Fact} label="Messages" value=${number(v.messages ?? 0)} />
      <${Fact} label="In" value=${rate(v.message_stats?.publish_details?.rate ?? 0)} unit="/s" />
      <${Fact} label="Out" value=${rate(v.message_stats?.deliver_get_details?.rate ?? 0)} unit="/s" />
      <div class="push actions">
        ${[['queues', 'Its queues'], ['exchanges', 'Its exchanges'], ['policies', 'Its policies']].map(([to, label]) => html`<a key=${to} class="button" href=${href([to])} onClick=${() => { picked.value = name; }}>${label}</a>`)}
      </div>
    </div>
    ${permissions ? html`<${Permissions} vhost=${name} of=${permissions} />` : html`<${Loading} />`}
    <${Producers} vhost=${name} />
    <div class="columns-2">
      <${Card} title="Limits" actions=${html`<${Button} icon="limits" onClick=${() => editLimits({ whose: 'vhost', name, was: limits })}>Set<//>`}>
        <p><${Limits} of=${limits} whose="vhost" /></p><p class="hint">How many connections and queues it may have, and how fast it may publish.</p><//>
      <${Card} title="Settings" actions=${html`<${Button} onClick=${() => editVhost(v)}>Change<//>`}>
        <${KeyValue} of=${[['Description', v.description], ['Tags', (v.tags ?? []).join(', ')], ['Queues are', v.default_queue_type], ['Deletion', v.protected_from_deletion ? 'protected' : 'possible'], ['Tracing', v.tracing ? 'on' : 'off']]} /><//>
    </div>`;
}

/** @param {{v: V}} p */
const Actions = ({ v }) => html`
  <a class="button" href=${'api/' + path`definitions/${v.name}` + '?download=' + encodeURIComponent(v.name.replace(/[^\w.-]+/g, '_') + '.json')} download>Export</a>
  <${Button} icon="lock" onClick=${() => protectVhost(v)}>${v.protected_from_deletion ? 'Take protection away' : 'Protect'}<//>
  <${Button} icon="trash" kind="danger" disabled=${v.protected_from_deletion} onClick=${() => deleteVhost(v)}>Delete<//>`;

/** @param {{vhost: string, of: Permission[]}} p */
function Permissions({ vhost, of }) {
  const { data: users } = useLive('users?columns=name', { everyMs: 10000 });
  const others = (users ?? []).map((/** @type {{name: string}} */ u) => u.name).filter((/** @type {string} */ n) => !of.some((p) => p.user === n));
  return html`
    <${Card} title="Who may use it" actions=${others.length > 0 && html`<${Button} icon="plus" onClick=${() => editPermission({ vhost, names: others })}>Let a user in<//>`}>
      ${of.length === 0 ? html`<p class="muted">Nobody: no user can connect to it.</p>` : html`
      <div class="table-box" tabindex="0" role="region" aria-label="Permissions"><table class="table">
        <thead><tr><th scope="col">User</th>${rightNames.map(([k, label, means]) => html`<th scope="col" key=${k}>${label} <span class="means">${means}</span></th>`)}<th><span class="sr-only">Change</span></th></tr></thead>
        <tbody>${of.map((p) => html`<tr key=${p.user}><td class="name"><a href=${href(['users', p.user])}>${p.user}</a></td>
          ${rightNames.map(([right, label]) => html`<td key=${right} class="card-cell" data-label=${label}><${Right} of=${p[right]} /></td>`)}
          <td class="right deeds card-cell"><${Button} kind="quiet" icon="edit" label=${`Change the permissions of ${p.user}`} onClick=${() => editPermission({ user: p.user, vhost, was: p })} />
            <${Button} kind="quiet" icon="trash" label=${`Take away the permissions of ${p.user}`} onClick=${() => clearPermission(p)} /></td></tr>`)}</tbody></table></div>`}
    <//>`;
}
