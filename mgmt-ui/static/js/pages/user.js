// A user: what it may do, where, and how much of it.

import { path, user as me } from '../api.js';
import { Badge, Button, Card, Failed, Loading, PageHead, html } from '../dom.js';
import { Limits, editLimits } from '../limitform.js';
import { useLive } from '../live.js';
import { clearPermission, clearTopicPermission, editPermission, editTopicPermission, rightNames } from '../permissionform.js';
import { PermissionTester } from '../permissiontester.js';
import { href } from '../router.js';
import { Tags } from '../tags.js';
import { changeUser } from '../userform.js';
import { vhosts } from '../vhosts.js';
import { deleteUsers } from './users.js';

/** @typedef {import('../../../types/api').UserRecord} UserRecord */
/** @typedef {import('../../../types/api').Permission} Permission */
/** @typedef {import('../../../types/api').TopicPermission} TopicPermission */

/** @param {{name: string}} p */
export function User({ name }) {
  const at = path`users/${name}`;
  /** @type {import('../live.js').Live<UserRecord>} */
  const { data: u, error } = useLive(at);
  const permissions = useLive(at + '/permissions').data;
  const topics = useLive(at + '/topic-permissions').data;
  if (!u) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const gone = error && /** @type {any} */ (error).status === 404;
  return html`
    <${PageHead} kind="user" title=${name} meta=${html`<${Tags} of=${u.tags} />${name === me.value?.name && html`<${Badge} tone="ok">you<//>`}<span>${u.password_hash ? 'logs in with a password' : 'has no password'}</span>`}
      actions=${!gone && html`<${Button} icon="user" onClick=${() => changeUser(u)}>Change tags or password<//><${Button} icon="trash" kind="danger" onClick=${() => deleteUsers([u])}>Delete<//>`} />
    ${gone && html`<p class="stale" role="alert">The user is deleted. This is how it was.</p>`}
    ${permissions ? html`<${Permissions} user=${name} of=${permissions} />` : html`<${Loading} />`}
    <div class="columns-2 uneven">
      <${PermissionTester} user=${name} />
      <${Card} title="Limits" actions=${html`<${Button} icon="limits" onClick=${() => editLimits({ whose: 'user', name, was: u.limits })}>Set<//>`}>
        <p><${Limits} of=${u.limits ?? {}} whose="user" /></p><p class="hint">How many connections and channels it may have at once, over all vhosts.</p><//>
    </div>
    ${topics && html`<${Topics} user=${name} of=${topics} />`}`;
}

/** A row for each vhost, those it may not use as well. @param {{user: string, of: Permission[]}} p */
function Permissions({ user, of }) {
  const names = [...new Set([...vhosts.value, ...of.map((p) => p.vhost)])];
  return html`
    <${Card} title="Permissions">
      <div class="table-box" tabindex="0" role="region" aria-label="Permissions"><table class="table">
        <thead><tr><th scope="col">Vhost</th>${rightNames.map(([k, label, means]) => html`<th scope="col" key=${k}>${label} <span class="means">${means}</span></th>`)}<th><span class="sr-only">Change</span></th></tr></thead>
        <tbody>${names.map((vhost) => html`<${Row} key=${vhost} user=${user} vhost=${vhost} p=${of.find((p) => p.vhost === vhost)} />`)}</tbody>
      </table></div>
    <//>`;
}

/** @param {{user: string, vhost: string, p?: Permission}} o */
const Row = ({ user, vhost, p }) => html`
  <tr><td class="name"><a href=${href(['vhosts', vhost])}>${vhost}</a></td>
    ${p ? rightNames.map(([right, label]) => html`<td key=${right} class="card-cell" data-label=${label}><${Right} of=${p[right]} /></td>`) : html`<td colspan="3" class="card-cell"><span class="zero">cannot connect</span></td>`}
    <td class="right deeds card-cell">${p ? html`
      <${Button} kind="quiet" icon="edit" label=${`Change the permissions in ${vhost}`} onClick=${() => editPermission({ user, vhost, was: p })} />
      <${Button} kind="quiet" icon="trash" label=${`Take away the permissions in ${vhost}`} onClick=${() => clearPermission(p)} />`
      : html`<button type="button" class="link" onClick=${() => editPermission({ user, vhost })}>Let it in…</button>`}</td></tr>`;

/** A pattern; those that match all or nothing, in words. @param {{of: string}} p */
export const Right = ({ of }) => of === '.*' ? html`<${Badge} tone="ok" title=".*">● all<//>` : of === '^$' || of === '' ? html`<${Badge} title=${of || 'empty'}>○ nothing<//>` : html`<code>${of}</code>`;

/** @param {{user: string, of: TopicPermission[]}} p */
const Topics = ({ user, of }) => html`
  <${Card} title="Keys of topic exchanges" actions=${html`<${Button} icon="plus" onClick=${() => editTopicPermission({ user, vhosts: vhosts.value })}>Limit keys<//>`}>
    ${of.length === 0 ? html`<p class="muted">It may use every routing key of the exchanges it may use.</p>` : html`
    <div class="table-box" tabindex="0" role="region" aria-label="Topic permissions"><table class="table">
      <thead><tr><th scope="col">Exchange</th><th scope="col">Publish with</th><th scope="col">Bind with</th><th><span class="sr-only">Change</span></th></tr></thead>
      <tbody>${of.map((t) => html`<tr key=${t.vhost + '\n' + t.exchange}><td class="name">${t.exchange || '(default)'}<span class="vhost">${t.vhost}</span></td>
        <td class="card-cell" data-label="Publish with"><${Right} of=${t.write} /></td><td class="card-cell" data-label="Bind with"><${Right} of=${t.read} /></td>
        <td class="right deeds card-cell"><${Button} kind="quiet" icon="edit" label=${`Change the keys on ${t.exchange}`} onClick=${() => editTopicPermission({ user, vhosts: [t.vhost], was: t })} />
          <${Button} kind="quiet" icon="trash" label=${`Limit the keys on ${t.exchange} no more`} onClick=${() => clearTopicPermission(t)} /></td></tr>`)}</tbody></table></div>`}
  <//>`;
