// Fields of forms. A form is an object of values and a function that takes a
// changed one: no field keeps anything to itself.

import { Button, html, useId } from './dom.js';

/** @typedef {import('./dom.js').Children} Children */

/**
 * @typedef {object} FieldProps
 * @property {string} label
 * @property {string} [hint]
 * @property {string} value
 * @property {(value: string) => void} onChange
 * @property {string} [type]
 * @property {boolean} [first]  has the focus when a dialog opens
 * @property {boolean} [area]   many lines
 */

/** A line or an area of text. @param {FieldProps & Record<string, any>} p */
export function Field({ label, hint, value, onChange, type = 'text', first, area, ...rest }) {
  const id = useId();
  /** @param {any} e */
  const onInput = (e) => onChange(e.target.value);
  const input = area
    ? html`<textarea id=${id} value=${value} onInput=${onInput} spellcheck="false" rows="6" data-first=${first} aria-describedby=${hint && id + 'hint'} ...${rest}></textarea>`
    : html`<input id=${id} type=${type} value=${value} onInput=${onInput} spellcheck="false" autocomplete="off" data-first=${first} aria-describedby=${hint && id + 'hint'} ...${rest} />`;
  return html`<div class="field"><label for=${id}>${label}</label>${input}${hint && html`<p class="hint" id=${id + 'hint'}>${hint}</p>`}</div>`;
}

/** @param {{label: string, value: string, onChange: (v: string) => void, options: (string | [string, string])[], hint?: string}} p */
export function Choice({ label, value, onChange, options, hint }) {
  const id = useId();
  return html`
    <div class="field"><label for=${id}>${label}</label>
      <select id=${id} value=${value} onChange=${(/** @type {any} */ e) => onChange(e.target.value)}>
        ${options.map((o) => typeof o === 'string' ? [o, o] : o).map(([v, text]) => html`<option key=${v} value=${v} selected=${v === value}>${text}</option>`)}
      </select>${hint && html`<p class="hint">${hint}</p>`}
    </div>`;
}

/** @param {{label: Children, value: boolean, onChange: (v: boolean) => void}} p */
export const Check = ({ label, value, onChange }) => html`
  <label class="check"><input type="checkbox" checked=${value} onChange=${(/** @type {any} */ e) => onChange(e.target.checked)} /><span>${label}</span></label>`;

/** @typedef {{key: string, type: string, value: string}} Row */

const types = ['string', 'number', 'boolean', 'json'];

/** A row for each known argument that is asked for by name. @param {string} key @param {string} type @returns {Row} */
const row = (key = '', type = 'string') => ({ key, type, value: type === 'boolean' ? 'true' : '' });

/**
 * A table of arguments or headers, with shortcuts to those that are known.
 * @param {{label: string, rows: Row[], onChange: (rows: Row[]) => void, known?: {key: string, type: string, label: string, hint: string}[]}} p
 */
export function TableField({ label, rows, onChange, known = [] }) {
  /** @param {number} at @param {Partial<Row>} patch */
  const change = (at, patch) => onChange(rows.map((r, i) => i === at ? { ...r, ...patch } : r));
  /** @param {number} at @param {'key'|'type'|'value'} what */
  const set = (at, what) => (/** @type {any} */ e) => change(at, { [what]: e.target.value });
  const left = known.filter((k) => !rows.some((r) => r.key === k.key));
  return html`
    <fieldset class="field table-field"><legend>${label}</legend>
      ${rows.map((r, i) => html`
        <div class="table-field-row" key=${i}>
          <input aria-label="Key" placeholder="key" value=${r.key} onInput=${set(i, 'key')} spellcheck="false" />
          <select aria-label=${`Type of ${r.key}`} value=${r.type} onChange=${set(i, 'type')}>
            ${types.map((t) => html`<option key=${t} value=${t} selected=${t === r.type}>${t}</option>`)}
          </select>
          <input aria-label=${`Value of ${r.key}`} placeholder="value" value=${r.value} onInput=${set(i, 'value')} spellcheck="false" />
          <${Button} icon="close" kind="quiet" label=${`Remove ${r.key}`} onClick=${() => onChange(rows.filter((_, j) => j !== i))} />
        </div>`)}
      <div class="shortcuts">
        <button type="button" class="chip" onClick=${() => onChange([...rows, row()])}>+ other…</button>
        ${left.map((k) => html`<button type="button" class="chip" key=${k.key} title=${`${k.key}: ${k.hint}`} onClick=${() => onChange([...rows, row(k.key, k.type)])}>${k.label}</button>`)}
      </div>
    </fieldset>`;
}

/**
 * The object that rows stand for.
 * @param {Row[]} rows
 * @returns {Record<string, any>}
 * @throws {Error} that names the row that is wrong
 */
export function objectOf(rows) {
  return Object.fromEntries(rows.filter((r) => r.key !== '').map((r) => [r.key, valueOf(r)]));
}

/** The rows that stand for an object. @param {Record<string, any>} o @returns {Row[]} */
export const rowsOf = (o) => Object.entries(o).map(([key, v]) => {
  const type = types.includes(typeof v) ? typeof v : 'json';
  return { key, type, value: type === 'json' ? JSON.stringify(v) : String(v) };
});

/** @param {Row} r */
function valueOf(r) {
  switch (r.type) {
    case 'number':
      if (r.value.trim() === '' || !Number.isFinite(Number(r.value))) throw new Error(`${r.key} wants a number.`);
      return Number(r.value);
    case 'boolean':
      if (r.value !== 'true' && r.value !== 'false') throw new Error(`${r.key} wants true or false.`);
      return r.value === 'true';
    case 'json':
      try {
        return JSON.parse(r.value);
      } catch {
        throw new Error(`${r.key} wants JSON, such as ["a", 1].`);
      }
  }
  return r.value;
}
