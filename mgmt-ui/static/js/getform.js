// Takes messages from the head of a queue, as RabbitMQ's UI does. What is put
// back is marked as redelivered, and the form says so.

import { path, post } from './api.js';
import { Dialog, openDialog } from './dialog.js';
import { Badge, Button, Copy, KeyValue, count, html, useState } from './dom.js';
import { Choice, Field } from './form.js';
import { refresh } from './live.js';
import { toast } from './toast.js';

const modes = /** @type {[string, string][]} */ ([
  ['ack_requeue_true', 'put them back'], ['ack_requeue_false', 'take them for good'],
  ['reject_requeue_false', 'reject them: dead-letter or drop'],
]);

/** @param {{close: () => void, q: {vhost: string, name: string}}} p */
function Get({ close, q }) {
  const [mode, setMode] = useState('ack_requeue_true');
  const [howMany, setHowMany] = useState('1');
  const [got, setGot] = useState(/** @type {import('../../types/api').Message[] | null} */ (null));
  const submit = async () => {
    try {
      setGot(await post(path`queues/${q.vhost}/${q.name}/get`, { count: Number(howMany), ackmode: mode, encoding: 'auto', truncate: 50000 }));
    } catch (e) {
      toast.failed(e);
    }
    refresh();
  };
  return html`
    <${Dialog} title=${`Get from ${q.name}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Close<//><${Button} type="submit" kind=${mode === 'ack_requeue_true' ? 'primary' : 'danger'}>Get ${count(Number(howMany) || 0, 'message')}<//>`}>
      <div class="form-grid">
        <${Field} label="How many" type="number" min="1" max="1000" value=${howMany} onChange=${setHowMany} first />
        <${Choice} label="And then" value=${mode} onChange=${setMode} options=${modes} />
      </div>
      <p class="hint">${mode === 'ack_requeue_true' ? 'This is no mere look: the messages are taken and put back, and count as redelivered.' : 'The messages leave the queue.'}</p>
      ${got && (got.length === 0 ? html`<p class="fine">The queue has no message that is ready.</p>` : got.map((m, i) => html`<${Message} key=${i} m=${m} at=${i + 1} />`))}
    <//>`;
}

/** @param {{m: import('../../types/api').Message, at: number}} p */
const Message = ({ m, at }) => html`
  <article class="message">
    <header><b>#${at}</b><code>${m.routing_key || '(empty key)'}</code><span class="muted">by ${m.exchange || 'the default exchange'}</span>
      ${m.redelivered && html`<${Badge} tone="warn">redelivered<//>`}<span class="muted">${count(m.message_count, 'message')} left</span><${Copy} text=${m.payload} label="Copy the payload" /></header>
    <${KeyValue} of=${Object.entries(m.properties ?? {}).map(([k, v]) => [k, typeof v === 'object' ? JSON.stringify(v) : String(v)])} />
    <pre tabindex="0">${m.payload}</pre>
    <p class="hint">${count(m.payload_bytes, 'byte')}${m.payload_encoding === 'base64' ? ', shown in base64' : ''}</p>
  </article>`;

/** @param {{vhost: string, name: string}} q */
export function getFrom(q) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Get} close=${close} q=${q} />`);
}
