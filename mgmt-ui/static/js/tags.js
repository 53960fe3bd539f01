// The tags that let users into the API and these pages.

import { Badge, html } from './dom.js';
import { Check, Field } from './form.js';

/** @type {[string, string][]} */
const known = [
  ['management', 'sees what its permissions reach'],
  ['policymaker', 'makes policies there, too'],
  ['monitoring', 'sees all connections, the node and the log'],
  ['administrator', 'may do everything'],
];

/** @param {{of: string[]}} p */
export const Tags = ({ of }) => of.length === 0 ? html`<span class="muted">no tags</span>` : html`
  <span class="features">${of.map((t) => html`<${Badge} key=${t} tone=${t === 'administrator' ? 'accent' : 'quiet'}>${t}<//>`)}</span>`;

/** Boxes for the tags that mean something here, a line for others. @param {{value: string[], onChange: (tags: string[]) => void}} p */
export function TagsField({ value, onChange }) {
  const names = known.map(([t]) => t);
  const others = value.filter((t) => !names.includes(t));
  /** @param {string} tag @param {boolean} on */
  const flip = (tag, on) => onChange(on ? [...value, tag] : value.filter((t) => t !== tag));
  return html`
    <fieldset class="field"><legend>Tags</legend>
      <div class="tag-boxes">${known.map(([tag, does]) => html`<${Check} key=${tag} label=${html`<b>${tag}</b> <span class="muted">${does}</span>`} value=${value.includes(tag)} onChange=${(/** @type {boolean} */ on) => flip(tag, on)} />`)}</div>
    </fieldset>
    <${Field} label="Other tags" value=${others.join(', ')} hint="With commas between them. A user without tags speaks AMQP only."
      onChange=${(/** @type {string} */ text) => onChange([...value.filter((t) => names.includes(t)), ...text.split(',').map((t) => t.trim()).filter(Boolean)])} />`;
}
