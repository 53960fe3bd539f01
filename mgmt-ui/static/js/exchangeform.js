// The form that declares an exchange.

import { path, put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Check, Choice, Field, TableField, objectOf } from './form.js';
import { useLive } from './live.js';
import { vhost } from './prefs.js';
import { exchangeHref, go } from './router.js';
import { toast } from './toast.js';
import { vhosts } from './vhosts.js';

const known = [
  { key: 'alternate-exchange', type: 'string', label: 'Alternate exchange', hint: 'where messages go that no binding matches' },
  { key: 'x-message-deduplication', type: 'boolean', label: 'De-duplication', hint: 'each x-deduplication-header passes once; needs a cache size' },
  { key: 'x-cache-size', type: 'number', label: 'Cache size', hint: 'how many of them are remembered' },
  { key: 'x-cache-ttl', type: 'number', label: 'Cache TTL', hint: 'milliseconds for which they are' },
];

/** @param {{close: () => void}} p */
function AddExchange({ close }) {
  const { data: overview } = useLive('overview', { everyMs: 60000 });
  const [name, setName] = useState('');
  const [where, setWhere] = useState(vhost.peek() || '/');
  const [type, setType] = useState('direct');
  const [durable, setDurable] = useState(true);
  const [autoDelete, setAutoDelete] = useState(false);
  const [internal, setInternal] = useState(false);
  const [rows, setRows] = useState(/** @type {import('./form.js').Row[]} */ ([]));
  const types = overview?.exchange_types?.map((/** @type {any} */ t) => t.name) ?? ['direct', 'fanout', 'topic', 'headers'];
  const submit = async () => {
    if (name === '') return toast.failed('An exchange needs a name.');
    const added = await attempt(
      () => put(path`exchanges/${where}/${name}`, { type, durable, auto_delete: autoDelete, internal, arguments: objectOf(rows) }),
      `Exchange ${name} is there.`);
    if (!added) return;
    close();
    go(exchangeHref({ vhost: where, name }));
  };
  return html`
    <${Dialog} title="Add an exchange" close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Add the exchange<//>`}>
      <div class="form-grid">
        <${Field} label="Name" value=${name} onChange=${setName} first required maxlength="255" />
        ${vhosts.value.length > 1 && html`<${Choice} label="Vhost" value=${where} onChange=${setWhere} options=${vhosts.value} />`}
        <${Choice} label="Type" value=${type} onChange=${setType} options=${types} />
      </div>
      <div class="checks">
        <${Check} label=${html`<b>Durable</b> survives a restart`} value=${durable} onChange=${setDurable} />
        <${Check} label=${html`<b>Auto-delete</b> goes with its last binding`} value=${autoDelete} onChange=${setAutoDelete} />
        <${Check} label=${html`<b>Internal</b> only exchanges publish to it`} value=${internal} onChange=${setInternal} />
      </div>
      <${TableField} label="Arguments" rows=${rows} onChange=${setRows} known=${known} />
    <//>`;
}

export const addExchange = () => openDialog(AddExchange);
