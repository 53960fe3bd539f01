// The forms that add a user and change one.

import { path, put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Choice, Field } from './form.js';
import { RightFields, everything } from './permissionform.js';
import { vhost } from './prefs.js';
import { go, href } from './router.js';
import { TagsField } from './tags.js';
import { toast } from './toast.js';
import { vhosts } from './vhosts.js';

/** @typedef {import('../../types/api').UserRecord} UserRecord */

/** What the API wants to hear of a password. @param {string} way @param {string} password */
function credentials(way, password) {
  if (way === 'keep') return {};
  if (way === 'none') return { password_hash: '' };
  if (password === '') throw new Error('A password must not be empty.');
  return { password };
}

/** A password that nobody thinks of: 20 letters and digits. */
function makePassword() {
  const letters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789';
  return Array.from(crypto.getRandomValues(new Uint32Array(20)), (n) => letters[n % letters.length]).join('');
}

/** @param {{way: string, onWay: (w: string) => void, password: string, onPassword: (p: string) => void, ways: [string, string][]}} p */
function PasswordFields({ way, onWay, password, onPassword, ways }) {
  const [shown, setShown] = useState(false);
  const make = () => {
    onPassword(makePassword());
    setShown(true);
  };
  return html`
    <div class="form-grid">
      <${Choice} label="Logs in with" value=${way} onChange=${onWay} options=${ways} />
      ${way === 'new' && html`<div>
        <${Field} label="Password" type=${shown ? 'text' : 'password'} autocomplete="new-password" value=${password} onChange=${onPassword} />
        <p class="below-field"><button type="button" class="link" onClick=${make}>Make one</button> · <button type="button" class="link" onClick=${() => setShown(!shown)}>${shown ? 'Hide it' : 'Show it'}</button></p></div>`}
    </div>`;
}

/** @param {{close: () => void}} p */
function AddUser({ close }) {
  const [name, setName] = useState('');
  const [way, setWay] = useState('new');
  const [password, setPassword] = useState('');
  const [tags, setTags] = useState(/** @type {string[]} */ ([]));
  const [where, setWhere] = useState(vhost.peek() || '/');
  const [rights, setRights] = useState(everything);
  const submit = async () => {
    if (name === '') return toast.failed('A user needs a name.');
    const added = await attempt(async () => {
      await put(path`users/${name}`, { ...credentials(way, password), tags });
      if (where) await put(path`permissions/${where}/${name}`, rights);
    }, `User ${name} is there.`);
    if (!added) return;
    close();
    go(href(['users', name]));
  };
  return html`
    <${Dialog} title="Add a user" close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Add the user<//>`}>
      <div class="form-grid"><${Field} label="Name" value=${name} onChange=${setName} first required maxlength="255" /></div>
      <${PasswordFields} way=${way} onWay=${setWay} password=${password} onPassword=${setPassword} ways=${[['new', 'a password'], ['none', 'a certificate, no password']]} />
      <${TagsField} value=${tags} onChange=${setTags} />
      <${Choice} label="May use vhost" value=${where} onChange=${setWhere} options=${[['', 'none yet'], ...vhosts.value]} />
      ${where !== '' && html`<${RightFields} value=${rights} onChange=${setRights} />`}
    <//>`;
}

export const addUser = () => openDialog(AddUser);

/** @param {{close: () => void, u: UserRecord}} p */
function ChangeUser({ close, u }) {
  const [way, setWay] = useState('keep');
  const [password, setPassword] = useState('');
  const [tags, setTags] = useState(u.tags);
  const submit = async () => {
    if (await attempt(() => put(path`users/${u.name}`, { ...credentials(way, password), tags }), `User ${u.name} is changed.`)) close();
  };
  return html`
    <${Dialog} title=${`Change user ${u.name}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Change the user<//>`}>
      <${PasswordFields} way=${way} onWay=${setWay} password=${password} onPassword=${setPassword}
        ways=${[['keep', u.password_hash ? 'the password it has' : 'no password, as before'], ['new', 'a new password'], ...(u.password_hash ? [['none', 'no password any more']] : [])]} />
      <${TagsField} value=${tags} onChange=${setTags} />
    <//>`;
}

/** @param {UserRecord} u */
export function changeUser(u) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${ChangeUser} close=${close} u=${u} />`);
}
