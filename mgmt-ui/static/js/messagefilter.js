// Which messages are meant: by key, header, text and why they died. It stands
// in the address of the page, so that what was found can be sent to somebody.

import { Icon, Button, html, useEffect, useState } from './dom.js';
import { setQuery } from './router.js';

/** @typedef {{key: string, header: string, text: string, died: string, reason: string}} MessageFilter */

/** @param {Record<string, string>} query  of the address @returns {MessageFilter} */
export const filterOf = (query) => ({
  key: query.key ?? '', header: query.header ?? '', text: query.text ?? '', died: query.died ?? '', reason: query.reason ?? '',
});

/** @param {MessageFilter} f */
export const isAll = (f) => !Object.values(f).some(Boolean);

/** As a query asks for it. @param {MessageFilter} f @returns {Record<string, string>} */
export const filterQuery = (f) => Object.fromEntries(Object.entries({
  key: f.key, header: f.header, text: f.text, death_queue: f.died, death_reason: f.reason,
}).filter(([, v]) => v !== ''));

/** As a body asks for it. @param {MessageFilter} f */
export function filterBody(f) {
  const [name, ...value] = f.header.split(':');
  return {
    ...(f.header && { headers: { [name]: value.length ? value.join(':') : null } }),
    ...(f.key && { routing_key: f.key }), ...(f.text && { text: f.text }),
    ...((f.died || f.reason) && { death: { queue: f.died, reason: f.reason } }),
  };
}

const fields = /** @type {['key' | 'header' | 'text', string, string, string][]} */ ([
  ['key', 'Routing key', 'order.*', '* stands for any text, ? for one character'],
  ['header', 'Header', 'tenant:a', 'a header that is there, or its name, a colon and what it says'],
  ['text', 'Text in the body', '"total":12', 'as it stands there'],
]);

/** The fields of the filter. @param {{of: MessageFilter}} p */
export function FilterForm({ of }) {
  const [typed, setTyped] = useState(of);
  const here = JSON.stringify(of);
  useEffect(() => { setTyped(of); }, [here]);
  useEffect(() => {
    const later = setTimeout(() => {
      if (JSON.stringify(typed) !== here) setQuery({ ...typed, after: '' });
    }, 300);
    return () => clearTimeout(later);
  }, [typed]);
  return html`
    <div class="message-filter" role="search">
      ${fields.map(([key, label, example, hint]) => html`
        <label key=${key}><span>${label}</span>
          <input type="search" value=${typed[key]} placeholder=${example} title=${hint} spellcheck="false" autocomplete="off"
            onInput=${(/** @type {any} */ e) => setTyped({ ...typed, [key]: e.target.value })} /></label>`)}
      ${(of.died || of.reason) && html`<button type="button" class="chip" title="Show the others, too" onClick=${() => setQuery({ died: '', reason: '', after: '' })}>
        died${of.died && ` in ${of.died}`}${of.reason && ` (${of.reason})`} <${Icon} name="close" /></button>`}
      ${!isAll(of) && html`<${Button} kind="quiet" onClick=${() => setQuery({ key: '', header: '', text: '', died: '', reason: '', after: '' })}>Clear<//>`}
    </div>`;
}
