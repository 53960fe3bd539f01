// Feature flags: those of RabbitMQ that tools look for.

import { may, path, put } from '../api.js';
import { attempt } from '../dialog.js';
import { Badge, Button, PageHead, Prose, html } from '../dom.js';
import { List } from '../table.js';

/** @typedef {{name: string, desc: string, state: string, stability: string}} Flag */

/** @param {Flag} f */
const enable = (f) => attempt(() => put(path`feature-flags/${f.name}/enable`), `${f.name} is enabled.`);

/** @type {import('../table.js').Column<Flag>[]} */
const columns = [
  { key: 'name', label: 'Name', sort: 'name', cell: (f) => html`<code>${f.name}</code>` },
  { key: 'desc', label: 'What it is', cell: (f) => html`<${Prose} of=${f.desc} />` },
  { key: 'stability', label: 'Stability', sort: 'stability', card: true, cell: (f) => html`<${Badge}>${f.stability}<//>` },
  { key: 'state', label: 'State', sort: 'state', card: true, cell: (f) => f.state === 'enabled' ? html`<${Badge} tone="ok">● enabled<//>`
    : html`<${Badge} tone="warn">○ ${f.state}<//> ${may('administrator') && html`<${Button} onClick=${() => enable(f)}>Enable<//>`}` },
];

export default function Features() {
  return html`
    <${PageHead} title="Feature flags" meta=${html`<span>What tools made for RabbitMQ may count on.</span>`} />
    <${List} id="feature-flags" noun="flag" whole path="feature-flags" columns=${columns} keyOf=${(/** @type {Flag} */ f) => f.name} empty=${html`<p class="muted">No flags.</p>`} />`;
}
