// The form that adds a vhost and changes one, and what else is done with them.

import { del, path, post, put } from './api.js';
import { Dialog, ask, attempt, openDialog } from './dialog.js';
import { Button, count, html, useState } from './dom.js';
import { Check, Choice, Field } from './form.js';
import { go, href } from './router.js';
import { toast } from './toast.js';

/** @typedef {import('../../types/api').Vhost} Vhost */

/** @param {{close: () => void, was?: Vhost}} p */
function VhostForm({ close, was }) {
  const [name, setName] = useState(was?.name ?? '');
  const [description, setDescription] = useState(was?.description ?? '');
  const [tags, setTags] = useState((was?.tags ?? []).join(', '));
  const [type, setType] = useState(was?.default_queue_type ?? 'classic');
  const [protect, setProtect] = useState(!!was?.protected_from_deletion);
  const submit = async () => {
    if (name === '') return toast.failed('A vhost needs a name.');
    const body = { description, tags: tags.split(',').map((t) => t.trim()).filter(Boolean), default_queue_type: type, protected_from_deletion: protect };
    if (!await attempt(() => put(path`vhosts/${name}`, body), was ? `Vhost ${name} is changed.` : `Vhost ${name} is there.`)) return;
    close();
    if (!was) go(href(['vhosts', name]));
  };
  return html`
    <${Dialog} title=${was ? `Change vhost ${was.name}` : 'Add a vhost'} close=${close} onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">${was ? 'Change the vhost' : 'Add the vhost'}<//>`}>
      ${!was && html`<${Field} label="Name" value=${name} onChange=${setName} first required maxlength="255" hint="You are let into it; others are when you say so." />`}
      <${Field} label="Description" value=${description} onChange=${setDescription} first=${!!was} />
      <${Field} label="Tags" value=${tags} onChange=${setTags} hint="With commas between them." />
      <${Choice} label="Type of queues declared without one" value=${type} onChange=${setType} options=${['classic', 'quorum', 'stream']} />
      <div class="checks"><${Check} label=${html`<b>Protected</b> cannot be deleted until this is taken away`} value=${protect} onChange=${setProtect} /></div>
    <//>`;
}

/** Opens the form; with a vhost, to change it. @param {Vhost} [was] */
export function editVhost(was) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${VhostForm} close=${close} was=${was} />`);
}

/** @param {Vhost} v */
export function protectVhost(v) {
  const at = path`vhosts/${v.name}` + '/deletion/protection';
  return v.protected_from_deletion ? attempt(() => del(at), `Vhost ${v.name} can be deleted again.`)
    : attempt(() => post(at), `Vhost ${v.name} cannot be deleted now.`);
}

/** @param {Vhost} v */
export function deleteVhost(v) {
  ask({
    title: `Delete vhost ${v.name}?`, action: 'Delete the vhost', danger: true, typed: v.name,
    body: html`<p>All its queues, exchanges, bindings, policies and permissions go with it${v.messages ? html`, and <b>${count(v.messages, 'message')}</b> are lost for good` : ''}. Its connections are closed.</p>`,
    run: async () => {
      await del(path`vhosts/${v.name}`);
      go(href(['vhosts']));
    },
    done: `Vhost ${v.name} is deleted.`,
  });
}
