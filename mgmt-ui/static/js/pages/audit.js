// Who has changed what, and who was refused to.

import { Arguments, Badge, Button, Empty, Failed, Icon, Loading, PageHead, html } from '../dom.js';
import { Check } from '../form.js';
import { useLive } from '../live.js';
import { address, setQuery } from '../router.js';
import { SearchField } from '../searchfield.js';
import { stamp } from './log.js';

/** @typedef {import('../../../types/api').AuditEntry} Entry */

const keys = ['name', 'user', 'action', 'vhost', 'refused', 'before'];

export default function Audit() {
  const { query } = address.value;
  const asked = Object.fromEntries(keys.filter((k) => query[k]).map((k) => [k, query[k]]));
  /** @type {import('../live.js').Live<{entries: Entry[], next?: number}>} */
  const { data, error } = useLive('x/audit?' + new URLSearchParams({ limit: '100', ...asked }), { everyMs: 5000 });
  return html`
    <${PageHead} title="Audit" meta=${html`<span>Every change and every refusal, of 90 days at most.</span>`} />
    <div class="toolbar audit-filters" role="search">
      <${SearchField} of="name" label="Name" slash />
      <${SearchField} of="user" label="User" />
      <${SearchField} of="action" label="Action" />
      <${Check} label="refused only" value=${query.refused === 'true'} onChange=${(/** @type {boolean} */ on) => setQuery({ refused: on ? 'true' : '', before: '' })} />
    </div>
    ${error && data && html`<p class="stale" role="alert"><${Icon} name="warn" />${error.message} This is how it was.</p>`}
    ${data ? html`<${Entries} of=${data.entries} filtered=${Object.keys(asked).length > 0} />` : error ? html`<${Failed} error=${error} />` : html`<${Loading} />`}
    ${data && (query.before || data.next) && html`<p class="actions below-table">
      ${query.before && html`<${Button} icon="left" onClick=${() => setQuery({ before: '' })}>The newest<//>`}
      ${data.next && html`<${Button} onClick=${() => { setQuery({ before: String(data.next) }); scrollTo(0, 0); }}>Older<//>`}</p>`}`;
}

/** @param {{of: Entry[], filtered: boolean}} p */
function Entries({ of, filtered }) {
  if (of.length === 0) return html`<${Empty} icon="audit" title=${filtered ? 'Nothing like that is on record' : 'Nothing was changed yet'}>
    <p>${filtered ? html`<button type="button" class="link" onClick=${() => setQuery(Object.fromEntries(keys.map((k) => [k, ''])))}>Show them all</button>` : 'Who declares, deletes, or is refused something, appears here.'}</p><//>`;
  return html`
    <div class="table-box" tabindex="0" role="region" aria-label="Changes, the newest first"><table class="table audit">
      <thead><tr><th scope="col">Time</th><th scope="col">User</th><th scope="col">Action</th><th scope="col">What</th><th scope="col" class="wide-cell">From</th><th scope="col" class="wide-cell">Details</th></tr></thead>
      <tbody>${of.map((e) => html`
        <tr key=${e.id}><td class="name when"><time datetime=${new Date(e.time).toISOString()} title=${new Date(e.time).toLocaleString('en-GB')}>${stamp(e.time)}</time></td>
          <td class="card-cell" data-label="User">${e.user === 'rmq-internal' ? html`<span class="muted">the broker</span>` : e.user}</td>
          <td class="card-cell action" data-label="Action"><code>${e.action}</code>${e.result !== 'ok' && html` <${Badge} tone="bad" title=${e.result}>▲ refused<//>`}${e.repeated && html` <span class="muted">and ${e.repeated} times more</span>`}</td>
          <td class="card-cell" data-label="What">${e.name || '–'}${e.vhost && html`<span class="vhost">${e.vhost}</span>`}</td>
          <td class="wide-cell muted from" title=${e.from}>${[e.via, e.from?.replace(' -> management', '')].filter(Boolean).join(', ')}</td>
          <td class="wide-cell details">${e.result !== 'ok' ? html`<span class="bad">${e.result}</span>` : html`<${Details} of=${e.details} />`}</td></tr>`)}</tbody></table></div>`;
}

/** @param {{of?: Record<string, any>}} p */
const Details = ({ of }) => of && Object.keys(of).length > 0 ? html`<${Arguments} of=${of} />` : html`<span class="zero">–</span>`;
