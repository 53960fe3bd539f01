// The parts that pages are made of. What stands in its own file is handed on,
// so that a page asks here only.

import { Fragment, h, render } from 'preact';
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import htm from 'htm';
import * as f from './format.js';
import { iconPath } from './icons.js';
import { address, href } from './router.js';
import { toast } from './toast.js';

export { Fragment, render, useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState };
export * from './format.js';

/** @typedef {any} Children */

/** Markup: html`<b>${name}</b>`. What is put in is text, whatever it holds. */
export const html = htm.bind(h);

/** @param {{name: string, label?: string}} p  an icon without a label is decoration */
export const Icon = ({ name, label }) => html`
  <svg class="icon" viewBox="0 0 20 20" aria-hidden=${label ? undefined : 'true'} role=${label ? 'img' : undefined} aria-label=${label}>
    <path d=${iconPath(name)} />
  </svg>`;

/**
 * @param {{icon?: string, label?: string, kind?: 'primary'|'danger'|'quiet', children?: Children, [k: string]: any}} p
 * label names a button that shows an icon only
 */
export const Button = ({ icon, label, kind, children, ...rest }) => html`
  <button type="button" class=${'button ' + (kind ?? '') + (children ? '' : ' square')} aria-label=${label} title=${label} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;

/** @param {{tone?: 'ok'|'warn'|'bad'|'quiet'|'accent', title?: string, children?: Children}} p */
export const Badge = ({ tone = 'quiet', title, children }) => html`<span class=${'badge ' + tone} title=${title}>${children}</span>`;

const states = /** @type {Record<string, [string, string]>} */ ({
  running: ['ok', '●'], up: ['ok', '●'], idle: ['quiet', '○'], flow: ['warn', '◐'], paused: ['warn', '‖'],
  blocked: ['warn', '▲'], blocking: ['warn', '▲'], starting: ['quiet', '◌'], waiting: ['quiet', '○'], single_active: ['ok', '◆'],
});

/** The state of something: a shape, a word and a colour. @param {{of?: string}} p */
export function State({ of }) {
  if (!of) return html`<span class="muted">–</span>`;
  const [tone, shape] = states[of] ?? ['bad', '▲'];
  return html`<span class=${'state ' + tone}><i aria-hidden="true">${shape}</i>${of.replace('_', ' ')}</span>`;
}

/** A number in a table; a zero stands back. @param {{of?: number | null, as?: (n?: number | null) => string}} p */
export const Num = ({ of, as = f.number }) => html`<span class=${of ? 'num' : 'num zero'}>${as(of)}</span>`;

/** A time, as how long ago; the time itself when pointed at. @param {{at?: number | null}} p */
export const Age = ({ at }) => at ? html`<time datetime=${new Date(at).toISOString()} title=${new Date(at).toLocaleString('en-GB')}>${f.age(at)}</time>` : '–';

/** Puts text into the clipboard. @param {{text: string, label?: string, children?: Children}} p */
export const Copy = ({ text, label = 'Copy', children }) => html`
  <${Button} icon="copy" kind=${children ? undefined : 'quiet'} label=${label} onClick=${() => copy(text)}>${children}<//>`;

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast.done('Copied.');
  } catch {
    toast.failed('This browser lets no page copy here. Mark the text and copy it by hand.');
  }
}

/** A text to take along. @param {{text: string, label?: string}} p */
export const Snippet = ({ text, label }) => html`
  <figure class="snippet">
    ${label && html`<figcaption>${label}</figcaption>`}
    <pre tabindex="0"><code>${text}</code></pre>
    <${Copy} text=${text} label=${'Copy ' + (label ?? 'the snippet')} />
  </figure>`;

/**
 * What to do where there is nothing yet.
 * @param {{icon: string, title: string, whole?: boolean, children?: Children}} p  whole: it is all there is on the page
 */
export const Empty = ({ icon, title, whole, children }) => html`
  <div class="empty"><${Icon} name=${icon} />${whole ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}${children}</div>`;

/** @param {{title?: Children, actions?: Children, children?: Children, class?: string}} p */
export const Card = ({ title, actions, children, class: extra = '' }) => html`
  <section class=${'card ' + extra}>
    ${(title || actions) && html`<header><h2>${title}</h2><div class="actions">${actions}</div></header>`}
    ${children}
  </section>`;

/** The head of a page. @param {{title: Children, kind?: string, meta?: Children, actions?: Children}} p */
export const PageHead = ({ title, kind, meta, actions }) => html`
  <header class="page-head">
    <div class="page-title">${kind && html`<span class="kind">${kind}</span>`}<h1 class=${String(title).length > 60 ? 'long' : ''}>${title}</h1><div class="meta">${meta}</div></div>
    <div class="actions">${actions}</div>
  </header>`;

/** Facts under their names; those not known are left out. @param {{of: [string, Children][]}} p */
export const KeyValue = ({ of }) => html`
  <dl class="key-value">
    ${of.filter(([, v]) => v !== undefined && v !== null && v !== '' && v !== f.none).map(([k, v]) => html`<div key=${k}><dt>${k}</dt><dd>${v}</dd></div>`)}
  </dl>`;

/**
 * Arguments of a queue, an exchange or a binding, as they were declared.
 * @param {{of?: Record<string, any>}} p
 */
export function Arguments({ of = {} }) {
  const keys = Object.keys(of);
  if (!keys.length) return html`<span class="muted">none</span>`;
  return html`<span class="arguments">${keys.map((k) => html`<code key=${k}>${k}: ${JSON.stringify(of[k])}</code>`)}</span>`;
}

/** A sentence with `code` in it, as the broker says it. @param {{of?: string}} p */
export const Prose = ({ of = '' }) => html`<span class="prose muted">${of.split('`').map((part, i) => i % 2 ? html`<code key=${i}>${part}</code>` : part)}</span>`;

/** What went wrong, instead of what was to be shown. @param {{error: Error, whole?: boolean}} p */
export const Failed = ({ error, whole }) => html`
  <div class="failed" role="alert"><${Empty} icon="warn" title="This cannot be shown" whole=${whole}><p>${error.message}</p>
    ${whole && address.value.path.length > 1 && html`<p><a href=${href(address.value.path.slice(0, 1))}>Back to the list</a></p>`}<//></div>`;

/** A page or a part of one that has no data yet. */
export const Loading = () => html`<div class="loading" role="status"><span class="sr-only">Loading</span><i></i><i></i><i></i></div>`;

/**
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} label
 * @property {number} [count]
 */

/**
 * Tabs; the one that is chosen stands in the address.
 * @param {{tabs: Tab[], chosen: string, onChoose: (id: string) => void, label: string, children?: Children}} p
 */
export function Tabs({ tabs, chosen, onChoose, label, children }) {
  const id = useId();
  // On a phone there may be more tabs than fit.
  useEffect(() => { document.getElementById(id + chosen)?.scrollIntoView({ block: 'nearest', inline: 'nearest' }); }, [chosen]);
  /** @param {KeyboardEvent} e */
  const onKeyDown = (e) => {
    const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    const at = tabs.findIndex((t) => t.id === chosen) + step;
    const next = tabs[(at + tabs.length) % tabs.length];
    onChoose(next.id);
    document.getElementById(id + next.id)?.focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} onKeyDown=${onKeyDown}>
      ${tabs.map((t) => html`
        <button type="button" role="tab" key=${t.id} id=${id + t.id} aria-selected=${t.id === chosen ? 'true' : 'false'}
          aria-controls=${id + 'panel'} tabindex=${t.id === chosen ? 0 : -1} onClick=${() => onChoose(t.id)}>
          ${t.label}${t.count !== undefined && html`<span class="count">${f.short(t.count)}</span>`}
        </button>`)}
    </div>
    <div class="tab-panel" role="tabpanel" id=${id + 'panel'} aria-labelledby=${id + chosen}>${children}</div>`;
}

/**
 * One of a few, side by side: a value and its name for each.
 * @param {{label: string, of: [string, Children][], value: string, onChange: (value: string) => void}} p
 */
export const Segments = ({ label, of, value, onChange }) => html`
  <div class="segmented" role="group" aria-label=${label}>
    ${of.map(([v, text]) => html`<button type="button" key=${v} aria-pressed=${v === value ? 'true' : 'false'} onClick=${() => onChange(v)}>${text}</button>`)}
  </div>`;

/** A line of values without axes. @param {{values: number[], tone?: string}} p */
export function Spark({ values, tone = '' }) {
  const top = Math.max(...values, 1);
  const step = 60 / Math.max(1, values.length - 1);
  const points = values.map((v, i) => `${(i * step).toFixed(1)},${(15 - 14 * v / top).toFixed(1)}`).join(' ');
  return html`<svg class=${'spark ' + tone} viewBox="0 0 60 16" preserveAspectRatio="none" aria-hidden="true">
    ${values.length > 1 && html`<polyline points=${points} />`}</svg>`;
}
