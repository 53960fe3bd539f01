// The form that declares a queue.

import { path, put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Check, Choice, Field, TableField, objectOf } from './form.js';
import { vhost } from './prefs.js';
import { go, queueHref } from './router.js';
import { toast } from './toast.js';
import { vhosts } from './vhosts.js';

/** Arguments that people ask for by name. */
const known = [
  { key: 'x-message-ttl', type: 'number', label: 'Message TTL', hint: 'milliseconds a message may wait' },
  { key: 'x-expires', type: 'number', label: 'Expires', hint: 'milliseconds until the unused queue is deleted' },
  { key: 'x-max-length', type: 'number', label: 'Max length', hint: 'messages' },
  { key: 'x-max-length-bytes', type: 'number', label: 'Max length bytes', hint: 'bytes of bodies' },
  { key: 'x-overflow', type: 'string', label: 'Overflow', hint: 'drop-head, reject-publish or reject-publish-dlx' },
  { key: 'x-dead-letter-exchange', type: 'string', label: 'Dead letter exchange', hint: 'where dropped and rejected messages go' },
  { key: 'x-dead-letter-routing-key', type: 'string', label: 'Dead letter routing key', hint: 'instead of their own' },
  { key: 'x-dead-letter-on-delete', type: 'boolean', label: 'Dead letter on delete', hint: 'what is in the queue when it goes is dead-lettered' },
  { key: 'x-single-active-consumer', type: 'boolean', label: 'Single active consumer', hint: 'one consumer at a time' },
  { key: 'x-message-deduplication', type: 'boolean', label: 'De-duplication', hint: 'no message while another of its x-deduplication-header is there' },
  { key: 'x-max-priority', type: 'number', label: 'Max priority', hint: 'classic queues: 1 to 255' },
  { key: 'x-priority-min-share', type: 'number', label: 'Share of lower priorities', hint: 'percent they get at least, up to 50' },
  { key: 'x-delivery-limit', type: 'number', label: 'Delivery limit', hint: 'attempts until a message is dropped or dead-lettered' },
  { key: 'x-lease-timeout', type: 'number', label: 'Lease', hint: 'milliseconds until an unacked delivery goes back' },
  { key: 'x-delayed-retry-type', type: 'string', label: 'Delayed retry', hint: 'failed, returned or all: what comes back waits' },
  { key: 'x-delayed-retry-min', type: 'number', label: 'Retry wait', hint: 'milliseconds after the first failure' },
  { key: 'x-delayed-retry-max', type: 'number', label: 'Longest retry wait', hint: 'milliseconds' },
  { key: 'x-delayed-retry-backoff', type: 'string', label: 'Retry backoff', hint: 'linear or exponential' },
  { key: 'x-delayed-retry-jitter', type: 'number', label: 'Retry jitter', hint: 'percent' },
  { key: 'x-message-groups', type: 'boolean', label: 'Message groups', hint: 'one delivery of each x-group-id at a time' },
  { key: 'x-group-max-in-flight', type: 'number', label: 'Group max in flight', hint: 'deliveries of one group at a time' },
  { key: 'x-rate-limit', type: 'string', label: 'Rate limit', hint: 'such as 100/1m; 60/1m, 90000/1m cost=tokens' },
  { key: 'x-rate-limit-key', type: 'string', label: 'Rate limit key', hint: 'the header for each of whose values it holds' },
  { key: 'x-rate-limit-cost', type: 'string', label: 'Rate limit cost', hint: 'the header that says what a message costs' },
];

/** @param {{close: () => void}} p */
function AddQueue({ close }) {
  const [name, setName] = useState('');
  const [where, setWhere] = useState(vhost.peek() || '/');
  const [type, setType] = useState('');
  const [durable, setDurable] = useState(true);
  const [autoDelete, setAutoDelete] = useState(false);
  const [rows, setRows] = useState(/** @type {import('./form.js').Row[]} */ ([]));
  const submit = async () => {
    if (name === '') return toast.failed('A queue needs a name.');
    const added = await attempt(async () => {
      const args = objectOf(rows);
      if (type) args['x-queue-type'] = type;
      await put(path`queues/${where}/${name}`, { durable: durable || type === 'quorum', auto_delete: autoDelete, arguments: args });
    }, `Queue ${name} is there.`);
    if (!added) return;
    close();
    go(queueHref({ vhost: where, name }));
  };
  return html`
    <${Dialog} title="Add a queue" close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Add the queue<//>`}>
      <div class="form-grid">
        <${Field} label="Name" value=${name} onChange=${setName} first required maxlength="255" />
        ${vhosts.value.length > 1 && html`<${Choice} label="Vhost" value=${where} onChange=${setWhere} options=${vhosts.value} />`}
        <${Choice} label="Type" value=${type} onChange=${setType} options=${[['', 'default of the vhost'], ['classic', 'classic'], ['quorum', 'quorum: keeps every message on disk']]} />
      </div>
      <div class="checks">
        <${Check} label=${html`<b>Durable</b> survives a restart`} value=${durable} onChange=${setDurable} />
        <${Check} label=${html`<b>Auto-delete</b> goes with its last consumer`} value=${autoDelete} onChange=${setAutoDelete} />
      </div>
      <${TableField} label="Arguments" rows=${rows} onChange=${setRows} known=${known} />
    <//>`;
}

export const addQueue = () => openDialog(AddQueue);
