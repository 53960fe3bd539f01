// The name of the cluster.

import { put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Field } from './form.js';
import { toast } from './toast.js';

/** @param {{close: () => void, was: string}} p */
function RenameCluster({ close, was }) {
  const [name, setName] = useState(was);
  const submit = async () => {
    if (name.trim() === '') return toast.failed('A cluster needs a name.');
    if (await attempt(() => put('cluster-name', { name }), `The cluster is called ${name} now.`)) close();
  };
  return html`
    <${Dialog} title="Rename the cluster" close=${close} onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Rename<//>`}>
      <${Field} label="Name" value=${name} onChange=${setName} first required />
    <//>`;
}

/** @param {string} was */
export function renameCluster(was) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${RenameCluster} close=${close} was=${was} />`);
}
