// Ctrl-K: everything by its name. Pages and actions are known here; the rest is
// searched for.

import { get, logout, may } from './api.js';
import { attempt, closeDialog, openDialog } from './dialog.js';
import { Icon, html, useEffect, useLayoutEffect, useRef, useState } from './dom.js';
import { refresh } from './live.js';
import { paused, theme } from './prefs.js';
import { connectionHref, exchangeHref, go, href, queueHref } from './router.js';
import { routeOf } from './routes.js';
import { help, railRoutes } from './shell.js';

/** @typedef {{icon: string, label: string, kind: string, detail?: string, run: () => void}} Entry */

const maxFound = 20;

/** What can be added: where, and by whom. @type {{label: string, at: string, add: string, tag?: string}[]} */
const forms = [
  { label: 'Add a queue', at: 'queues', add: 'queue' }, { label: 'Add an exchange', at: 'exchanges', add: 'exchange' }, { label: 'Add a policy', at: 'policies', add: 'policy', tag: 'policymaker' },
  { label: 'Add a user', at: 'users', add: 'user', tag: 'administrator' }, { label: 'Add a vhost', at: 'vhosts', add: 'vhost', tag: 'administrator' },
];

/** @returns {Entry[]} */
function known() {
  const pages = railRoutes().map((r) => ({
    icon: r.rail?.icon ?? '', label: r.rail?.label ?? '', kind: 'page', run: () => go(href(r.path ? [r.path] : [])),
  }));
  return [
    ...pages,
    ...forms.filter((f) => !f.tag || may(f.tag)).map((f) => ({ icon: 'plus', label: f.label, kind: 'action', run: () => go(href([f.at], { add: f.add })) })),
    { icon: 'sun', label: 'Theme: light', kind: 'action', run: () => { theme.value = 'light'; } },
    { icon: 'moon', label: 'Theme: dark', kind: 'action', run: () => { theme.value = 'dark'; } },
    { icon: 'auto', label: 'Theme: as the system has it', kind: 'action', run: () => { theme.value = 'auto'; } },
    { icon: 'pause', label: paused.peek() ? 'Go on' : 'Pause', kind: 'action', run: () => { paused.value = !paused.value; } },
    { icon: 'info', label: 'Ask the broker again', kind: 'action', run: refresh },
    { icon: 'keyboard', label: 'Keyboard', kind: 'action', run: () => setTimeout(help) },
    { icon: 'logout', label: 'Log out', kind: 'action', run: () => attempt(logout, '') },
  ];
}

/** Where what was found is shown, and by which icon. @type {Record<string, [string, (f: Found) => string]>} */
const places = {
  queue: ['queue', (f) => queueHref({ vhost: f.vhost ?? '', name: f.name })],
  exchange: ['exchanges', (f) => exchangeHref({ vhost: f.vhost ?? '', name: f.name === 'amq.default' ? '' : f.name })],
  connection: ['connections', (f) => connectionHref(f.name)],
  vhost: ['vhosts', (f) => href(['vhosts', f.name])],
  user: ['users', (f) => href(['users', f.name])],
  policy: ['policies', () => href(['policies'])],
  'operator-policy': ['policies', () => href(['policies'])],
};

/** @typedef {import('../../types/api').Found} Found */

/** What has the text in its name, and has a page. @param {string} text @param {AbortSignal} abort @returns {Promise<Entry[]>} */
async function find(text, abort) {
  const { results } = await get('x/search', { query: { q: text, limit: maxFound }, signal: abort });
  return results.flatMap((/** @type {Found} */ f) => {
    const [icon, to] = places[f.kind] ?? [];
    const shown = to && routeOf(pathOf(to(f)));
    if (!icon || !shown || (shown.tag && !may(shown.tag))) return [];
    return [{ icon, kind: f.kind.replace('-', ' '), label: f.name === 'amq.default' ? '(default)' : f.name, detail: f.vhost, run: () => go(to(f)) }];
  });
}

/** The segments of an address, still encoded. @param {string} to */
const pathOf = (to) => to.slice(2).split('?')[0].split('/');

/** Objects whose names hold what was typed; typing on aborts the question before. @param {string} typed */
function useFound(typed) {
  const [found, setFound] = useState(/** @type {Entry[]} */ ([]));
  useEffect(() => {
    const leave = new AbortController();
    const later = setTimeout(() => {
      if (typed.trim() === '') setFound([]);
      else find(typed.trim(), leave.signal).then(setFound, () => setFound([]));
    }, 120);
    return () => {
      clearTimeout(later);
      leave.abort();
    };
  }, [typed]);
  return found;
}

/** @param {{close: () => void}} p */
function Palette({ close }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const found = useFound(typed);
  const low = typed.trim().toLowerCase();
  const entries = [...found, ...known().filter((e) => e.label.toLowerCase().includes(low))];
  useLayoutEffect(() => { box.current?.showModal(); }, []);
  useEffect(() => { setAt(0); }, [typed, found]);
  useEffect(() => { box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }); }, [at]);
  /** @param {Entry | undefined} e */
  const take = (e) => {
    if (!e) return;
    close();
    e.run();
  };
  /** @param {KeyboardEvent} e */
  const onKeyDown = (e) => {
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    if (step && entries.length) setAt((at + step + entries.length) % entries.length);
    else if (e.key === 'Enter') take(entries[at]);
    else return;
    e.preventDefault();
  };
  return html`
    <dialog ref=${box} class="palette" onClose=${close} aria-label="Find or do"
      onMouseDown=${(/** @type {MouseEvent} */ e) => e.target === box.current && close()}>
      <div class="palette-box">
        <div class="palette-input"><${Icon} name="search" />
          <input role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant=${entries.length ? 'palette-' + at : undefined} aria-label="Find a queue, an exchange, a page or an action"
            placeholder="A queue, an exchange, a page, an action" value=${typed} spellcheck="false" autocomplete="off"
            onInput=${(/** @type {any} */ e) => setTyped(e.target.value)} onKeyDown=${onKeyDown} /></div>
        <ul id="palette-list" role="listbox" aria-label="Found">
          ${entries.map((e, i) => html`
            <li key=${e.kind + e.detail + e.label} id=${'palette-' + i} role="option" aria-selected=${i === at ? 'true' : 'false'}
              onMouseMove=${() => i !== at && setAt(i)} onClick=${() => take(e)}>
              <${Icon} name=${e.icon} /><span class="palette-label">${e.label}</span><span class="muted">${e.kind}${e.detail ? ` in ${e.detail}` : ''}</span></li>`)}
        </ul>
        ${entries.length === 0 && html`<p class="muted">Nothing is called like that.</p>`}
      </div>
    </dialog>`;
}

export const openPalette = () => openDialog(Palette);

/** Ctrl-K works everywhere, in fields too. */
export function usePaletteKey() {
  useEffect(() => {
    /** @param {KeyboardEvent} e */
    const on = (e) => {
      if (!(e.ctrlKey || e.metaKey) || e.key.toLowerCase() !== 'k') return;
      e.preventDefault();
      if (document.querySelector('dialog.palette')) closeDialog();
      else openPalette();
    };
    document.addEventListener('keydown', on);
    return () => document.removeEventListener('keydown', on);
  }, []);
}
