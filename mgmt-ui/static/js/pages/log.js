// What the node has logged lately, the newest first.

import { may, put } from '../api.js';
import { attempt } from '../dialog.js';
import { Badge, Empty, Failed, Icon, Loading, PageHead, html } from '../dom.js';
import { Choice } from '../form.js';
import { useLive } from '../live.js';
import { address, setQuery } from '../router.js';
import { SearchField } from '../searchfield.js';

/** @typedef {import('../../../types/api').LogLine} LogLine */

const levels = ['debug', 'info', 'warn', 'error'];
const tones = /** @type {Record<string, ['ok'|'warn'|'bad'|'quiet'|'accent', string]>} */ ({ debug: ['quiet', '·'], info: ['accent', '○'], warn: ['warn', '◆'], error: ['bad', '▲'] });
const most = '300';

export default function Log() {
  const { level = 'debug', q = '' } = address.value.query;
  /** @type {import('../live.js').Live<{level: string, lines: LogLine[]}>} */
  const { data, error } = useLive('x/log?' + new URLSearchParams({ limit: most, level, ...(q && { q }) }));
  return html`
    <${PageHead} title="Log" actions=${data && html`<${Kept} level=${data.level} />`} />
    <div class="toolbar" role="search">
      <${SearchField} of="q" label="Find in the log" slash />
      <div class="segmented" role="group" aria-label="Lines from this level on">
        ${levels.map((l) => html`<button type="button" key=${l} aria-pressed=${l === level ? 'true' : 'false'} onClick=${() => setQuery({ level: l === 'debug' ? '' : l })}>${l === 'debug' ? 'all' : l}</button>`)}
      </div>
    </div>
    ${error && html`<p class="stale" role="alert"><${Icon} name="warn" />${/** @type {any} */ (error).status === 404 ? 'This node keeps no log to show.' : error.message}</p>`}
    ${data ? html`<${Lines} of=${data.lines} filtered=${q !== '' || level !== 'debug'} />` : error ? html`<${Failed} error=${error} />` : html`<${Loading} />`}`;
}

/** From which level on the node logs; those who may, change it. @param {{level: string}} p */
function Kept({ level }) {
  if (!may('administrator')) return html`<span class="muted">The node logs from ${level} on.</span>`;
  /** @param {string} next */
  const set = (next) => attempt(() => put('x/log/level', { level: next }), `The node logs from ${next} on, until it stops.`);
  return html`<div class="inline-field"><${Choice} label="The node logs from" value=${level} onChange=${set} options=${levels} /></div>`;
}

/** @param {{of: LogLine[], filtered: boolean}} p */
function Lines({ of, filtered }) {
  if (of.length === 0) return html`<${Empty} icon="log" title=${filtered ? 'No line is like that' : 'Nothing was logged yet'}>
    <p>${filtered ? html`<button type="button" class="link" onClick=${() => setQuery({ q: '', level: '' })}>Show them all</button>` : 'What the node logs from now on appears here.'}</p><//>`;
  return html`
    <ol class="log" tabindex="0" aria-label="Lines of the log, the newest first">
      ${[...of].reverse().map((l) => html`
        <li key=${l.id} class=${'of-' + l.level}><time datetime=${new Date(l.time).toISOString()} title=${new Date(l.time).toLocaleString('en-GB')}>${stamp(l.time)}</time>
          <${Badge} tone=${tones[l.level]?.[0]}>${tones[l.level]?.[1]} ${l.level}<//>
          <span>${l.message} ${Object.entries(l.details ?? {}).map(([k, v]) => html`<code key=${k}><span class="muted">${k}=</span>${v}</code> `)}</span></li>`)}
    </ol>`;
}

/** The time; with the day, if that is another one. @param {number} atMs */
export function stamp(atMs) {
  const at = new Date(atMs), time = at.toLocaleTimeString('en-GB');
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}
