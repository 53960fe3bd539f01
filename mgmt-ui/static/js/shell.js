// The frame of all pages: the rail, the bar at the top, and the keys that work
// everywhere.

import { logout, may, reachable, user } from './api.js';
import { Alarms } from './alarms.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, Icon, html } from './dom.js';
import { shortcuts, useKeys } from './keys.js';
import { Mark } from './mark.js';
import { openPalette, usePaletteKey } from './palette.js';
import { paused, theme } from './prefs.js';
import { address, go, href } from './router.js';
import { routes } from './routes.js';
import { VhostPicker } from './vhosts.js';

/** @param {{children?: any}} p */
export function Shell({ children }) {
  usePaletteKey();
  useGlobalKeys();
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the page</a>
    <${Rail} />
    <header class="top">
      <${VhostPicker} />
      <button type="button" class="jump" onClick=${openPalette}><${Icon} name="search" /><span>Find or do…</span><kbd>Ctrl K</kbd></button>
      <div class="top-right">
        <${Alarms} />
        <${LiveToggle} />
        <${ThemeToggle} />
        <${UserMenu} />
      </div>
    </header>
    ${!reachable.value && html`<p class="unreachable" role="alert"><${Icon} name="warn" />The broker does not answer. This is what it said last; it is asked again every two seconds.</p>`}
    <main id="main" tabindex="-1">${children}</main>`;
}

/** The fragment of the address is the page's own, so the link must not change it. @param {Event} e */
function skip(e) {
  e.preventDefault();
  document.getElementById('main')?.focus();
}

/** The entries of the rail that the user may see. */
export const railRoutes = () => routes.filter((r) => r.rail && (!r.tag || may(r.tag)));

function Rail() {
  const here = address.value.path[0] ?? '';
  const entries = railRoutes();
  const groups = groupsOf(entries);
  const resting = entries.some((r) => r.path === here && !r.rail?.phone);
  return html`
    <nav class="rail" aria-label="Main">
      <a class="brand" href=${href([])} aria-label="HutchMQ, overview"><${Mark} /><span>HutchMQ</span></a>
      ${groups.map((g) => html`
        <ul key=${g} class=${g && 'rest'}>
          ${g && html`<li class="group" aria-hidden="true">${g}</li>`}
          ${entries.filter((r) => (r.rail?.group ?? '') === g).map((r) => html`
            <li key=${r.path} class=${r.rail?.phone ? '' : 'rest'}><${Entry} of=${r} here=${here} /></li>`)}
          ${!g && html`<li class="more"><button type="button" class=${resting ? 'current' : ''} aria-haspopup="dialog" onClick=${() => openDialog(More)}><${Icon} name="more" /><span>More</span></button></li>`}
        </ul>`)}
    </nav>`;
}

/** @param {import('./routes.js').Route[]} entries  the names of their groups, '' for those without */
const groupsOf = (entries) => [...new Set(entries.map((r) => r.rail?.group ?? ''))];

/** @param {{of: import('./routes.js').Route, here: string, onClick?: () => void}} p */
const Entry = ({ of, here, onClick }) => html`
  <a href=${href(of.path ? [of.path] : [])} aria-current=${of.path === here ? 'page' : undefined} title=${of.rail?.label} onClick=${onClick}>
    <${Icon} name=${of.rail?.icon ?? ''} /><span>${of.rail?.label}</span></a>`;

/** What has no place in the bar of a phone. @param {{close: () => void}} p */
function More({ close }) {
  const here = address.value.path[0] ?? '';
  const entries = railRoutes().filter((r) => !r.rail?.phone);
  return html`
    <${Dialog} title="More" class="sheet" close=${close}>
      <nav aria-label="More pages">${groupsOf(entries).map((g) => html`
        ${g && html`<h3 key=${g + ' '}>${g}</h3>`}
        <ul key=${g}>${entries.filter((r) => (r.rail?.group ?? '') === g).map((r) => html`<li key=${r.path}><${Entry} of=${r} here=${here} onClick=${close} /></li>`)}</ul>`)}</nav>
    <//>`;
}

const LiveToggle = () => html`
  <button type="button" class=${'live ' + (paused.value ? 'paused' : '')} aria-pressed=${paused.value ? 'true' : 'false'}
    title=${paused.value ? 'Go on (p)' : 'Let the page stand still (p)'} onClick=${() => { paused.value = !paused.value; }}>
    <i aria-hidden="true">${paused.value ? '‖' : '●'}</i><span>${paused.value ? 'paused' : 'live'}</span>
  </button>`;

const themes = /** @type {Record<string, [string, string, string]>} */ ({
  auto: ['auto', 'light', 'as the system has it'], light: ['sun', 'dark', 'light'], dark: ['moon', 'auto', 'dark'],
});

function ThemeToggle() {
  const [icon, next, name] = themes[theme.value] ?? themes.auto;
  return html`<${Button} kind="quiet" icon=${icon} label=${'Theme: ' + name} onClick=${() => { theme.value = next; }} />`;
}

function UserMenu() {
  const u = user.value;
  return html`
    <details class="menu user">
      <summary class="button quiet" aria-label=${'User ' + u?.name}><${Icon} name="user" /><span class="wide-only">${u?.name}</span></summary>
      <div class="menu-box">
        <p><strong>${u?.name}</strong><br /><span class="muted">${u?.tags.join(', ') || 'no tags'}</span></p>
        <button type="button" onClick=${help}><${Icon} name="keyboard" />Keyboard</button>
        <button type="button" onClick=${() => attempt(logout, '')}><${Icon} name="logout" />Log out</button>
      </div>
    </details>`;
}

export function help() {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`
    <${Dialog} title="Keyboard" close=${close}>
      <dl class="shortcuts-list">${shortcuts.map((s) => html`
        <div key=${s.keys}><dt>${s.keys.split(' ').filter(Boolean).map((k) => html`<kbd>${k}</kbd>`)}</dt><dd>${s.does}</dd></div>`)}</dl>
    <//>`);
}

/** Whether g was pressed last, and when. */
let pressedG = 0;
const byLetter = /** @type {Record<string, string[]>} */ ({ o: [], t: ['topology'], d: ['dead-letters'], q: ['queues'], e: ['exchanges'], c: ['connections'], h: ['channels'] });

function useGlobalKeys() {
  const second = (/** @type {string} */ letter) => () => {
    if (Date.now() - pressedG < 1500) go(href(byLetter[letter]));
    pressedG = 0;
  };
  useKeys({
    '?': help,
    p: () => { paused.value = !paused.value; },
    g: () => { pressedG = Date.now(); },
    ...Object.fromEntries(Object.keys(byLetter).map((l) => [l, second(l)])),
  });
}

// A menu closes on Esc, and gives the focus back.
document.addEventListener('keydown', (e) => {
  const open = e.key === 'Escape' && document.querySelector('details.menu[open]');
  if (!open) return;
  open.removeAttribute('open');
  open.querySelector('summary')?.focus();
});

// A menu closes when something else is clicked.
document.addEventListener('click', (e) => {
  for (const open of document.querySelectorAll('details.menu[open]')) {
    const inside = e.target instanceof Node && open.contains(e.target);
    if (!inside || (e.target instanceof Element && e.target.closest('.user .menu-box button'))) open.removeAttribute('open');
  }
});
