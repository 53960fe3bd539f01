// Bindings: a table of them, the form that makes one, and how one is taken
// away. A page shows those from its exchange or to its queue.

import { del, path, post } from './api.js';
import { Dialog, ask, attempt, openDialog } from './dialog.js';
import { Arguments, Badge, Button, html, useState } from './dom.js';
import { Choice, Field, TableField, objectOf } from './form.js';
import { exchangeHref, exchangeSegment, queueHref } from './router.js';
import { toast } from './toast.js';

/** @typedef {import('../../types/api').Binding} Binding */

/** @param {{name: string, vhost: string, type: string}} p */
const End = ({ name, vhost, type }) => type === 'queue'
  ? html`<a href=${queueHref({ name, vhost })}>${name}</a>`
  : html`<a href=${exchangeHref({ name, vhost })}>${name || '(default)'}</a> <${Badge}>exchange<//>`;

/** @param {Binding} b */
const kind = (b) => b.destination_type === 'queue' ? 'q' : 'e';

/**
 * @param {{of: Binding[], from?: boolean, to?: boolean}} p
 * which ends are shown
 */
export const BindingTable = ({ of, from, to }) => html`
  <div class="table-box" tabindex="0" role="region" aria-label="Bindings">
  <table class="table">
    <thead><tr>${from && html`<th scope="col">From</th>`}<th scope="col">Binding key</th>${to && html`<th scope="col">To</th>`}<th scope="col" class="wide-cell">Arguments</th><th><span class="sr-only">Unbind</span></th></tr></thead>
    <tbody>${of.map((b) => html`
      <tr key=${b.source + '\n' + b.destination_type + b.destination + '\n' + b.properties_key}>
        ${from && html`<td class="name" data-label="From"><${End} name=${b.source} vhost=${b.vhost} type="exchange" /></td>`}
        <td class=${from ? 'card-cell what' : 'name'} data-label="Key"><code>${b.routing_key || '(empty)'}</code></td>
        ${to && html`<td class="card-cell what" data-label="To"><${End} name=${b.destination} vhost=${b.vhost} type=${b.destination_type} /></td>`}
        <td class="wide-cell"><${Arguments} of=${b.arguments} /></td>
        <td class="right deeds card-cell">${b.source !== '' && html`<${Button} kind="quiet" icon="trash" label=${`Unbind ${b.routing_key || 'the empty key'} of ${b.source}`} onClick=${() => unbind(b)} />`}</td>
      </tr>`)}
    </tbody>
  </table></div>`;

/** @param {Binding} b */
function unbind(b) {
  ask({
    title: `Unbind ${b.destination} from ${b.source}?`, action: 'Unbind', danger: true,
    body: html`<p>Messages that exchange <b>${b.source}</b> gets under <code>${b.routing_key || '(empty)'}</code> no longer go to <b>${b.destination}</b> by this binding.</p>`,
    run: () => del(path`bindings/${b.vhost}/e/${b.source}/` + kind(b) + path`/${b.destination}/${b.properties_key}`),
    done: `${b.destination} is no longer bound by ${b.routing_key || 'the empty key'}.`,
  });
}

/** @typedef {{vhost: string, source?: string, destination?: string, destinationType?: string, exchangeType?: string}} Ends */

/** @param {{close: () => void} & Ends} p */
function Bind({ close, vhost, source, destination, destinationType, exchangeType }) {
  const [other, setOther] = useState('');
  const [type, setType] = useState(destinationType ?? 'queue');
  const [key, setKey] = useState('');
  const [rows, setRows] = useState(/** @type {import('./form.js').Row[]} */ ([]));
  const from = source ?? other, to = destination ?? other;
  const submit = async () => {
    if (other === '') return toast.failed(source === undefined ? 'Which exchange?' : `Which ${type}?`);
    const bound = await attempt(
      () => post(path`bindings/${vhost}/e/${exchangeSegment(from)}/` + (type === 'queue' ? 'q' : 'e') + path`/${to}`, { routing_key: key, arguments: objectOf(rows) }),
      `${to} is bound to ${from}.`);
    if (bound) close();
  };
  return html`
    <${Dialog} title=${source === undefined ? `Bind ${destination} to an exchange` : `Bind to ${source}`} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">Bind<//>`}>
      <div class="form-grid">
        ${destination === undefined && html`<${Choice} label="To" value=${type} onChange=${setType} options=${[['queue', 'a queue'], ['exchange', 'an exchange']]} />`}
        <${Field} label=${source === undefined ? 'From exchange' : type === 'queue' ? 'Queue' : 'Exchange'} value=${other} onChange=${setOther} first required />
        <${Field} label="Binding key" value=${key} onChange=${setKey} hint=${hints[exchangeType ?? ''] ?? ''} />
      </div>
      <${TableField} label="Arguments" rows=${rows} onChange=${setRows} known=${exchangeType === 'headers' ? [{ key: 'x-match', type: 'string', label: 'x-match', hint: 'all, any, all-with-x or any-with-x' }] : []} />
    <//>`;
}

const hints = /** @type {Record<string, string>} */ ({
  topic: 'Words between dots; * stands for one word, # for any number of them.',
  fanout: 'A fanout exchange does not look at it.',
  headers: 'A headers exchange looks at the arguments below instead.',
  'x-consistent-hash': 'A number: how much of the messages goes here.',
});

/** Opens the form. One end is given. @param {Ends} ends */
export function addBinding(ends) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Bind} close=${close} ...${ends} />`);
}
