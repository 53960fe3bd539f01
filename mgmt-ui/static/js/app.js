// The start: who is there decides between the login and the shell.

import { may, user, whoami } from './api.js';
import { Empty, Loading, html, render, useEffect, useState } from './dom.js';
import { DialogHost, closeDialog } from './dialog.js';
import { Login } from './login.js';
import { Notes } from './notes.js';
import { address, href } from './router.js';
import { routeOf } from './routes.js';
import { Shell } from './shell.js';

function App() {
  const [error, setError] = useState('');
  useEffect(() => { if (user.value === null) closeDialog(); }, [user.value]);
  useEffect(() => { whoami().catch((e) => setError(e.message)); }, []);
  if (error) return html`<main class="alone"><${Empty} icon="warn" title="HutchMQ does not answer" whole><p>${error}</p><p><a class="button" href="">Try again</a></p><//></main>`;
  if (user.value === undefined) return html`<main class="alone"><${Loading} /></main>`;
  return html`${user.value === null ? html`<${Login} />` : html`<${Shell}><${Page} /><//>`}<${DialogHost} /><${Notes} />`;
}

/** @typedef {{path: string, component: any, error?: Error}} Loaded */

/** Who has a tag. */
const needs = /** @type {Record<string, string>} */ ({ administrator: 'administrators', monitoring: 'those who monitor', policymaker: 'those who make policies' });

/** The page of the address. Its module is loaded when it is first asked for. */
function Page() {
  const { path } = address.value;
  const route = routeOf(path);
  const [loaded, setLoaded] = useState(/** @type {Loaded | null} */ (null));
  useEffect(() => {
    let left = false;
    /** @param {any} component @param {Error} [error] */
    const set = (component, error) => { if (!left && route) setLoaded({ path: route.path, component, error }); };
    if (route && (!route.tag || may(route.tag))) route.load().then((m) => set(m.default), (e) => set(null, e));
    document.title = [...path.slice(1).reverse(), route?.rail?.label, 'HutchMQ'].filter(Boolean).join(' · ');
    scrollTo(0, 0);
    return () => { left = true; };
  }, [path.join('/')]);
  if (!route) return html`<${Empty} icon="search" title="There is no such page" whole><p><a href=${href([])}>To the overview</a></p><//>`;
  if (route.tag && !may(route.tag)) return html`<${Empty} icon="lock" title=${`This page is for ${needs[route.tag] ?? route.tag}`} whole><p>You are logged in as ${user.value?.name}, who may not see it. An administrator can give you the tag <code>${route.tag}</code>.</p><p><a href=${href([])}>To the overview</a></p><//>`;
  if (loaded?.path !== route.path) return html`<${Loading} />`;
  // After an upgrade of the broker, the modules of the old version are gone.
  if (loaded.error) return html`<${Empty} icon="info" title="HutchMQ was upgraded" whole><p>This page is of the version before. <a href="">Load the new one</a></p><//>`;
  return html`<${loaded.component} key=${path.join('/')} names=${path.slice(1)} />`;
}

render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
