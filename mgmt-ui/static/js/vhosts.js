// The vhosts that the user sees.

import { signal } from '@preact/signals';
import { html, useEffect } from './dom.js';
import { useLive } from './live.js';
import { vhost } from './prefs.js';
import { setQuery } from './router.js';

/** Their names, as last heard. @type {import('@preact/signals').Signal<string[]>} */
export const vhosts = signal([]);

/** Whether a list must say which vhost an object is of. */
export const showsVhost = () => vhost.value === '' && vhosts.value.length > 1;

/** The path of a list below /api: of the vhost that is picked, or of all. @param {string} kind  "queues" */
export const ofVhost = (kind) => vhost.value ? `${kind}/${encodeURIComponent(vhost.value)}` : kind;

/** Limits lists to a vhost; with one vhost only there is nothing to pick. */
export function VhostPicker() {
  const { data } = useLive('vhosts?columns=name', { everyMs: 30000 });
  useEffect(() => {
    if (!data) return;
    vhosts.value = data.map((/** @type {{name: string}} */ v) => v.name);
    if (!vhosts.value.includes(vhost.value)) vhost.value = '';
  }, [data]);
  if (vhosts.value.length < 2) return null;
  /** @param {any} e */
  const pick = (e) => {
    vhost.value = e.target.value;
    setQuery({ page: '' });
  };
  return html`
    <label class="vhost-picker"><span class="wide-only">vhost</span>
      <select aria-label="Vhost" onChange=${pick}>
        <option value="" selected=${vhost.value === ''}>all</option>
        ${vhosts.value.map((n) => html`<option key=${n} value=${n} selected=${n === vhost.value}>${n}</option>`)}
      </select>
    </label>`;
}
