// The form that publishes a message, to an exchange or straight to a queue.

import { path, post } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Choice, Field, TableField, objectOf } from './form.js';
import { exchangeSegment } from './router.js';
import { toast } from './toast.js';

const properties = [
  { key: 'content_type', type: 'string', label: 'content_type', hint: 'application/json' },
  { key: 'correlation_id', type: 'string', label: 'correlation_id', hint: 'which question this answers' },
  { key: 'reply_to', type: 'string', label: 'reply_to', hint: 'where answers go' },
  { key: 'expiration', type: 'string', label: 'expiration', hint: 'milliseconds, as a string' },
  { key: 'priority', type: 'number', label: 'priority', hint: '0 to 255' },
  { key: 'message_id', type: 'string', label: 'message_id', hint: 'any name' },
  { key: 'type', type: 'string', label: 'type', hint: 'any name' },
  { key: 'app_id', type: 'string', label: 'app_id', hint: 'any name' },
];

/** @param {{close: () => void, vhost: string, exchange: string, routingKey: string}} p */
function Publish({ close, vhost, exchange, routingKey }) {
  const [key, setKey] = useState(routingKey);
  const [payload, setPayload] = useState('');
  const [encoding, setEncoding] = useState('string');
  const [mode, setMode] = useState('2');
  const [headers, setHeaders] = useState(/** @type {import('./form.js').Row[]} */ ([]));
  const [props, setProps] = useState(/** @type {import('./form.js').Row[]} */ ([]));
  const send = () => attempt(async () => {
    const set = { delivery_mode: Number(mode), ...objectOf(props), headers: objectOf(headers) };
    const { routed } = await post(path`exchanges/${vhost}/${exchangeSegment(exchange)}/publish`,
      { properties: set, routing_key: key, payload, payload_encoding: encoding });
    if (!routed) throw new Error(`No binding of ${exchange || 'the default exchange'} matches the routing key "${key}": the message is dropped.`);
  }, 'The message is published.');
  const submit = async () => {
    if (encoding === 'base64' && !isBase64(payload)) return toast.failed('The payload is not base64.');
    if (await send()) close();
  };
  return html`
    <${Dialog} title=${exchange ? `Publish to ${exchange}` : `Publish to queue ${routingKey}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} onClick=${send}>Publish, and go on<//><${Button} type="submit" kind="primary" icon="publish">Publish<//>`}>
      <div class="form-grid">
        ${exchange && html`<${Field} label="Routing key" value=${key} onChange=${setKey} first />`}
        <${Choice} label="Delivery mode" value=${mode} onChange=${setMode} options=${[['2', 'persistent'], ['1', 'transient']]} />
        <${Choice} label="Payload is" value=${encoding} onChange=${setEncoding} options=${[['string', 'text'], ['base64', 'base64']]} />
      </div>
      <${Field} label="Payload" area value=${payload} onChange=${setPayload} first=${!exchange} class="mono" />
      <${TableField} label="Headers" rows=${headers} onChange=${setHeaders} />
      <${TableField} label="Properties" rows=${props} onChange=${setProps} known=${properties} />
    <//>`;
}

/** @param {string} text */
const isBase64 = (text) => /^[A-Za-z0-9+/\s]*={0,2}$/.test(text);

/** Opens the form. Without an exchange, routingKey names the queue. @param {{vhost: string, exchange: string, routingKey: string}} to */
export function publishTo(to) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Publish} close=${close} ...${to} />`);
}
