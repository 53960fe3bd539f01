// The list of users; with a name, one of them.

import { useAddDialog } from '../adddialog.js';
import { post, user as me } from '../api.js';
import { ask } from '../dialog.js';
import { Badge, Button, Num, PageHead, count, html, useMemo } from '../dom.js';
import { Limits } from '../limitform.js';
import { useLive } from '../live.js';
import { go, href } from '../router.js';
import { List } from '../table.js';
import { Tags } from '../tags.js';
import { addUser } from '../userform.js';
import { User } from './user.js';

/** @typedef {import('../../../types/api').UserRecord} UserRecord */
/** @typedef {import('../../../types/api').Permission} Permission */

/** @param {{names: string[]}} p */
export default function Users({ names }) {
  return names.length === 1 ? html`<${User} name=${names[0]} />` : html`<${UserList} />`;
}

/** @param {UserRecord} u */
const userHref = (u) => href(['users', u.name]);

/** @param {Permission[] | undefined} permissions @returns {import('../table.js').Column<UserRecord>[]} */
const columns = (permissions) => [
  { key: 'name', label: 'Name', sort: 'name', cell: (u) => html`<a href=${userHref(u)}>${u.name}</a>${u.name === me.value?.name && html` <${Badge} tone="ok">you<//>`}` },
  { key: 'tags', label: 'Tags', card: true, cell: (u) => html`<${Tags} of=${u.tags} />` },
  { key: 'vhosts', label: 'Vhosts', card: true, fields: [], cell: (u) => html`<${Reach} of=${permissions?.filter((p) => p.user === u.name)} />` },
  { key: 'password_hash', label: 'Password', fields: ['password_hash'], cell: (u) => u.password_hash ? 'set' : html`<${Badge} title="It logs in by a certificate, or not at all">none<//>` },
  { key: 'limits', label: 'Limits', cell: (u) => html`<${Limits} of=${u.limits ?? {}} whose="user" />` },
];

/** @param {{of?: Permission[]}} p */
function Reach({ of }) {
  if (!of) return html`<span class="zero">–</span>`;
  if (of.length === 0) return html`<${Badge} tone="warn" title="It can connect nowhere">◆ none<//>`;
  return of.length <= 3 ? html`<span class="features">${of.map((p) => html`<${Badge} key=${p.vhost}>${p.vhost}<//>`)}</span>` : html`<${Num} of=${of.length} />`;
}

/** @param {UserRecord[]} users */
export function deleteUsers(users) {
  const one = users.length === 1 ? users[0] : undefined;
  const self = users.some((u) => u.name === me.value?.name);
  ask({
    title: one ? `Delete user ${one.name}?` : `Delete ${count(users.length, 'user')}?`, action: one ? 'Delete the user' : `Delete ${count(users.length, 'user')}`, danger: true,
    typed: one ? one.name : String(users.length),
    body: html`<p>Connections of ${one ? 'this user' : 'these users'} are closed; permissions and limits go, too.${self && html` <b>You are among them: you will be logged out.</b>`}</p>
      ${!one && html`<ul class="named">${users.slice(0, 8).map((u) => html`<li key=${u.name}><b>${u.name}</b></li>`)}${users.length > 8 && html`<li class="muted">and ${users.length - 8} more</li>`}</ul>`}`,
    run: async () => {
      await post('users/bulk-delete', { users: users.map((u) => u.name) });
      if (one) go(href(['users']));
    },
    done: one ? `User ${one.name} is deleted.` : `${count(users.length, 'user')} deleted.`,
  });
}

function UserList() {
  useAddDialog('user', addUser);
  /** @type {import('../live.js').Live<Permission[]>} */
  const { data: permissions } = useLive('permissions', { everyMs: 5000 });
  const shown = useMemo(() => columns(permissions), [permissions]);
  return html`
    <${PageHead} title="Users" actions=${html`<${Button} kind="primary" icon="plus" onClick=${addUser}>Add a user<//>`} />
    <${List} id="users" noun="user" path="users" columns=${shown} fields=${['name', 'tags']} keyOf=${(/** @type {UserRecord} */ u) => u.name} hrefOf=${userHref}
      bulk=${[{ label: 'Delete…', icon: 'trash', danger: true, run: deleteUsers }]} empty=${html`<p class="muted">There is no user.</p>`} />`;
}

