// The forms that say what a user may do in a vhost, and with the keys of its
// topic exchanges.

import { del, path, put } from './api.js';
import { Dialog, ask, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Choice, Field } from './form.js';
import { useLive } from './live.js';
import { toast } from './toast.js';

/** @typedef {import('../../types/api').Permission} Permission */
/** @typedef {import('../../types/api').TopicPermission} TopicPermission */
/** @typedef {{configure: string, write: string, read: string}} Rights */

export const everything = { configure: '.*', write: '.*', read: '.*' };

/** The rights, as people call them. @type {[keyof Rights, string, string][]} */
export const rightNames = [
  ['configure', 'Configure', 'declare and delete'], ['write', 'Write', 'publish, bind a queue'], ['read', 'Read', 'consume, bind to an exchange'],
];

const presets = /** @type {[string, Rights][]} */ ([
  ['everything', everything], ['publish and consume', { configure: '^$', write: '.*', read: '.*' }], ['only consume', { configure: '^$', write: '^$', read: '.*' }], ['only publish', { configure: '^$', write: '.*', read: '^$' }],
]);

/** A regular expression for each right. @param {{value: Rights, onChange: (r: Rights) => void}} p */
export const RightFields = ({ value, onChange }) => html`
  <fieldset class="field"><legend>Permissions</legend>
    <div class="form-grid">${rightNames.map(([right, label, means]) => html`
      <${Field} key=${right} label=${label} class="mono" value=${value[right]} hint=${means} onChange=${(/** @type {string} */ v) => onChange({ ...value, [right]: v })} />`)}</div>
    <p class="hint">Regular expressions for the names of queues and exchanges. An empty one matches no name but the default exchange's.</p>
    <div class="shortcuts">${presets.map(([name, rights]) => html`<button type="button" class="chip" key=${name} onClick=${() => onChange(rights)}>${name}</button>`)}</div>
  </fieldset>`;

/** @param {{close: () => void, user?: string, vhost?: string, was?: Permission, names: string[]}} p  names: of users or vhosts to choose from, for what is not given */
function PermissionForm({ close, user, vhost, was, names }) {
  const [other, setOther] = useState(names[0] ?? '');
  const [rights, setRights] = useState(/** @type {Rights} */ (was ?? everything));
  const of = user ?? other, where = vhost ?? other;
  const submit = async () => {
    const { configure, write, read } = rights;
    if (await attempt(() => put(path`permissions/${where}/${of}`, { configure, write, read }), `User ${of} may use vhost ${where}.`)) close();
  };
  return html`
    <${Dialog} title=${user !== undefined && vhost !== undefined ? `What ${user} may do in ${vhost}` : user !== undefined ? `Let ${user} into a vhost` : `Let a user into ${vhost}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Set the permissions<//>`}>
      ${(user === undefined || vhost === undefined) && html`<${Choice} label=${user === undefined ? 'User' : 'Vhost'} value=${other} onChange=${setOther} options=${names} />`}
      <${RightFields} value=${rights} onChange=${setRights} />
    <//>`;
}

/** Opens the form. @param {{user?: string, vhost?: string, was?: Permission, names?: string[]}} p */
export function editPermission(p) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${PermissionForm} close=${close} names=${[]} ...${p} />`);
}

/** @param {Permission} p */
export function clearPermission({ user, vhost }) {
  ask({
    title: `Shut ${user} out of ${vhost}?`, action: 'Take the permissions away', danger: true,
    body: html`<p>User <b>${user}</b> can no longer connect to vhost <b>${vhost}</b>. What is open now can do nothing more that it has not been allowed yet.</p>`,
    run: () => del(path`permissions/${vhost}/${user}`), done: `User ${user} may no longer use vhost ${vhost}.`,
  });
}

/** @param {{close: () => void, user: string, vhosts: string[], was?: TopicPermission}} p */
function TopicForm({ close, user, vhosts, was }) {
  const [where, setWhere] = useState(was?.vhost ?? vhosts[0] ?? '/');
  const [exchange, setExchange] = useState(was?.exchange ?? '');
  const [write, setWrite] = useState(was?.write ?? '.*');
  const [read, setRead] = useState(was?.read ?? '.*');
  const { data } = useLive(was ? null : `exchanges/${encodeURIComponent(where)}?columns=name,type`, { everyMs: 60000 });
  const topics = (data ?? []).filter((/** @type {any} */ x) => x.type === 'topic').map((/** @type {any} */ x) => x.name);
  const chosen = exchange || topics[0] || '';
  const submit = async () => {
    if (chosen === '') return toast.failed('Which exchange? There is no topic exchange in this vhost.');
    if (await attempt(() => put(path`topic-permissions/${where}/${user}`, { exchange: chosen, write, read }), `The keys of ${user} on ${chosen} are limited.`)) close();
  };
  return html`
    <${Dialog} title=${was ? `Keys of ${user} on ${was.exchange}` : `Limit the keys of ${user}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Set the permissions<//>`}>
      ${!was && html`<div class="form-grid"><${Choice} label="Vhost" value=${where} onChange=${setWhere} options=${vhosts} />
        <${Choice} label="Topic exchange" value=${chosen} onChange=${setExchange} options=${topics} /></div>`}
      <div class="form-grid">
        <${Field} label="Write" class="mono" value=${write} onChange=${setWrite} hint="keys it may publish with" />
        <${Field} label="Read" class="mono" value=${read} onChange=${setRead} hint="keys it may bind with" />
      </div>
      <p class="hint">Regular expressions for routing keys; {username} and {vhost} stand for those of the connection.</p>
    <//>`;
}

/** Opens the form. @param {{user: string, vhosts: string[], was?: TopicPermission}} p */
export function editTopicPermission(p) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${TopicForm} close=${close} ...${p} />`);
}

/** @param {TopicPermission} p */
export const clearTopicPermission = ({ user, vhost, exchange }) =>
  attempt(() => del(path`topic-permissions/${vhost}/${user}/${exchange}`), `The keys of ${user} on ${exchange} are not limited any more.`);
