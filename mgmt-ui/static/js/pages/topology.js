// The topology of a vhost: who publishes where, as a picture or as a list.

import { Badge, Button, Card, Empty, Failed, Icon, KeyValue, Loading, PageHead, Segments, count, html, number, rate, useMemo, useState } from '../dom.js';
import { Check } from '../form.js';
import { GraphView } from '../graph.js';
import { edgeWords, lineID, nameOf, pictureOf } from '../graphmodel.js';
import { useLive } from '../live.js';
import { pref, vhost } from '../prefs.js';
import { address, exchangeHref, href, queueHref, setQuery } from '../router.js';
import { RouteTester } from '../routetester.js';
import { vhosts } from '../vhosts.js';

/** @typedef {import('../../../types/api').Graph} Graph */
/** @typedef {import('../../../types/api').GraphNode} GraphNode */

const shows = pref('topology', { deadLetters: true, consumers: true, dir: 'LR', view: 'picture' });

export default function Topology() {
  const { query } = address.value;
  const v = query.vhost || vhost.value || vhosts.value[0] || '/';
  const ask = new URLSearchParams({ vhost: v, ...(query.focus && { focus: query.focus, depth: query.depth ?? '2' }) });
  /** @type {import('../live.js').Live<Graph>} */
  const { data: g, error } = useLive('x/topology?' + ask, { everyMs: 3000 });
  const gone = /** @type {any} */ (error)?.status === 404 && query.focus;
  return html`
    <${PageHead} title="Topology" meta=${html`<span>of vhost ${v}</span>${!vhost.value && vhosts.value.length > 1 && html`<span>– the picker above has the others</span>`}`} />
    ${gone ? html`<${Empty} icon="search" title=${`Nothing is called ${query.focus}`}><p><button type="button" class="link" onClick=${() => setQuery({ focus: '' })}>Show all</button></p><//>`
      : !g || g.vhost !== v ? error ? html`<${Failed} error=${error} />` : html`<${Loading} />`
      : g.nodes.length === 0 ? html`<${Empty} icon="topology" title="Nothing to draw yet"><p>Exchanges that lead somewhere and queues show up here. <a href=${href(['queues'], { add: 'queue' })}>Add a queue</a></p><//>`
      : html`<${Explorer} g=${g} query=${query} />`}`;
}

/** @param {{g: Graph, query: Record<string, string>}} p */
function Explorer({ g, query }) {
  const show = shows.value;
  const [chosen, setChosen] = useState('');
  const [find, setFind] = useState('');
  const [lit, setLit] = useState(/** @type {Set<string> | null} */ (null));
  const [testing, setTesting] = useState(false);
  const picture = useMemo(() => pictureOf(g, show), [g, show.deadLetters, show.consumers]);
  const low = find.trim().toLowerCase();
  const found = low ? g.nodes.filter((n) => n.name.toLowerCase().includes(low)) : [];
  const node = g.nodes.find((n) => n.id === chosen || (chosen.startsWith('consumers:') && n.id === 'queue:' + chosen.slice(10)));
  const light = lit ?? (low ? new Set(found.map((n) => n.id)) : null);
  return html`
    <${Tools} find=${find} setFind=${setFind} found=${found} chosen=${chosen} choose=${setChosen} testing=${testing} setTesting=${setTesting} />
    <${About} g=${g} query=${query} />
    <div class=${'topology' + (node || testing ? ' with-side' : '')}>
      ${show.view === 'list' ? html`<${EdgeList} g=${g} low=${low} />` : html`
        <${GraphView} picture=${picture} dir=${show.dir === 'TB' ? 'TB' : 'LR'} chosen=${chosen} onChoose=${(/** @type {string} */ id) => setChosen(id === chosen ? '' : id)} lit=${light} name=${`topology-${g.vhost.replace(/[^\w.-]+/g, '_')}`} />`}
      ${(node || testing) && html`<aside class="side" aria-label="About what is chosen">
        ${testing && html`<${Card} title="Route tester" actions=${html`<${Button} kind="quiet" icon="close" label="Close the route tester" onClick=${() => setTesting(false)} />`}>
          <${RouteTester} vhost=${g.vhost} exchange=${node?.kind === 'exchange' ? node.name : ''} exchanges=${g.nodes.filter((n) => n.kind === 'exchange' && n.name).map((n) => n.name)} onLight=${setLit} /><//>`}
        ${node && html`<${Side} g=${g} n=${node} choose=${setChosen} test=${() => setTesting(true)} />`}
      </aside>`}
    </div>`;
}

/** @param {{find: string, setFind: (t: string) => void, found: GraphNode[], chosen: string, choose: (id: string) => void, testing: boolean, setTesting: (on: boolean) => void}} p */
function Tools({ find, setFind, found, chosen, choose, testing, setTesting }) {
  const show = shows.value;
  const set = (/** @type {Partial<typeof show>} */ patch) => { shows.value = { ...show, ...patch }; };
  /** @param {KeyboardEvent} e */
  const onKeyDown = (e) => {
    if (e.key !== 'Enter' || !find.trim()) return;
    const next = found[(found.findIndex((n) => n.id === chosen) + 1) % found.length];
    if (next) choose(next.id);
    else setQuery({ focus: find.trim() });
  };
  return html`
    <div class="toolbar topology-tools" role="search">
      <div class="filter"><${Icon} name="search" />
        <input type="search" placeholder="Find a queue or an exchange" aria-label="Find in the topology; Enter goes to the next" value=${find} spellcheck="false" onInput=${(/** @type {any} */ e) => setFind(e.target.value)} onKeyDown=${onKeyDown} /></div>
      <span class="muted" aria-live="polite">${find.trim() && `${number(found.length)} found`}</span>
      <${Check} label="dead letters" value=${show.deadLetters} onChange=${(/** @type {boolean} */ on) => set({ deadLetters: on })} />
      <${Check} label="consumers" value=${show.consumers} onChange=${(/** @type {boolean} */ on) => set({ consumers: on })} />
      <${Segments} label="Direction" of=${[['LR', '→ right'], ['TB', '↓ down']]} value=${show.dir} onChange=${(/** @type {string} */ dir) => set({ dir })} />
      <${Segments} label="Show it as" of=${[['picture', 'Picture'], ['list', 'List']]} value=${show.view} onChange=${(/** @type {string} */ view) => set({ view })} />
      <${Button} icon="link" aria-pressed=${testing ? 'true' : 'false'} onClick=${() => setTesting(!testing)}>Route tester<//>
    </div>`;
}

/** What is left out, and how to get at it. @param {{g: Graph, query: Record<string, string>}} p */
const About = ({ g, query }) => html`
  ${query.focus && html`<p class="fine focus">Around <b>${query.focus}</b>
    <${Segments} label="How far" of=${[['1', '1 step'], ['2', '2 steps'], ['4', '4 steps']]} value=${query.depth ?? '2'} onChange=${(/** @type {string} */ depth) => setQuery({ depth })} />
    <${Button} onClick=${() => setQuery({ focus: '', depth: '' })}>Show all ${number(g.total_nodes)}<//></p>`}
  ${g.grouped && html`<p class="fine">${number(g.total_nodes)} are too many to draw: names that begin alike are drawn as one. Find one by its name to see what is around it.</p>`}`;

/** @param {{g: Graph, n: GraphNode, choose: (id: string) => void, test: () => void}} p */
function Side({ g, n, choose, test }) {
  const at = { vhost: g.vhost, name: n.name };
  const to = n.kind === 'queue' ? queueHref(at) : n.kind === 'exchange' ? exchangeHref(at) : href([n.type + 's'], { name: n.name });
  const flow = /** @type {[string, any][]} */ ([['In', `${rate(n.in_rate)}/s`], ['Out', `${rate(n.out_rate)}/s`]]);
  const lies = /** @type {[string, any][]} */ (n.kind === 'exchange' || n.type === 'exchange' ? [] : [['Ready', number(n.messages_ready)], ['Unacked', number(n.messages_unacknowledged)], ['Consumers', n.consumers || html`<${Badge} tone=${n.messages ? 'bad' : 'quiet'}>none<//>`]]);
  return html`
    <${Card} title=${html`<span class="muted">${n.kind}</span> ${nameOf(n)}`} actions=${html`<${Button} kind="quiet" icon="close" label="Close" onClick=${() => choose('')} />`}>
      ${n.missing ? html`<p class="bad">Something leads to it, but it is not there.</p>` : html`<${KeyValue} of=${[['Type', n.kind === 'group' ? count(n.members ?? 0, n.type) : n.type], ...lies, ...flow]} />`}
      <p class="actions side-deeds">
        ${!n.missing && html`<a class="button" href=${to}>Open</a>`}
        ${n.kind !== 'group' && html`<${Button} onClick=${() => setQuery({ focus: n.id })}>Around it<//>`}
        ${n.kind === 'exchange' && html`<${Button} onClick=${test}>Test a route<//>`}
      </p>
      <${Ends} title="From" g=${g} edges=${g.edges.filter((e) => e.to === n.id)} end="from" choose=${choose} />
      <${Ends} title="To" g=${g} edges=${g.edges.filter((e) => e.from === n.id)} end="to" choose=${choose} />
    <//>`;
}

const mostEnds = 40;

/** @param {{title: string, g: Graph, edges: import('../../../types/api').GraphEdge[], end: 'from' | 'to', choose: (id: string) => void}} p */
const Ends = ({ title, g, edges, end, choose }) => edges.length > 0 && html`
  <h3>${title}</h3>
  <ul class="ends">${edges.slice(0, mostEnds).map((e) => {
    const other = g.nodes.find((n) => n.id === e[end]);
    return html`<li key=${lineID(e.from, e.to, e.kind)}><button type="button" class="link" onClick=${() => choose(e[end])}>${other ? nameOf(other) : e[end]}</button>
      <span class="muted"> ${edgeWords(e)}${e.rate > 0 ? `, ${rate(e.rate)}/s` : ''}</span></li>`;
  })}${edges.length > mostEnds && html`<li class="muted">and ${number(edges.length - mostEnds)} more</li>`}</ul>`;

const mostRows = 500;

/** The same for who does not see pictures. @param {{g: Graph, low: string}} p */
function EdgeList({ g, low }) {
  const byID = new Map(g.nodes.map((n) => [n.id, n]));
  const name = (/** @type {string} */ id) => { const n = byID.get(id); return n ? nameOf(n) : id; };
  const edges = g.edges.filter((e) => !low || name(e.from).toLowerCase().includes(low) || name(e.to).toLowerCase().includes(low));
  const led = new Set(g.edges.flatMap((e) => [e.from, e.to]));
  const alone = g.nodes.filter((n) => !led.has(n.id) && nameOf(n).toLowerCase().includes(low));
  return html`
    <div>
    <div class="table-box" tabindex="0" role="region" aria-label="What leads where">
    <table class="table"><thead><tr><th scope="col">From</th><th scope="col">By</th><th scope="col">To</th><th scope="col" class="right">Messages/s</th></tr></thead>
    <tbody>${edges.slice(0, mostRows).map((e) => html`
      <tr key=${lineID(e.from, e.to, e.kind)}>
        <td class="name"><${End} n=${byID.get(e.from)} vhost=${g.vhost} /></td><td class="card-cell" data-label="By"><span class="cut">${edgeWords(e)}</span></td>
        <td class="card-cell" data-label="To"><${End} n=${byID.get(e.to)} vhost=${g.vhost} /></td><td class="right card-cell" data-label="Messages/s">${rate(e.rate)}</td>
      </tr>`)}
      ${alone.slice(0, mostRows).map((n) => html`<tr key=${n.id}><td class="name"><${End} n=${n} vhost=${g.vhost} /></td><td class="muted card-cell" colspan="3">no binding but the default one</td></tr>`)}</tbody></table></div>
    ${edges.length > mostRows && html`<p class="hint">The first ${number(mostRows)} are shown. Find by a name to see others.</p>`}
    </div>`;
}

/** @param {{n?: GraphNode, vhost: string}} p */
const End = ({ n, vhost: v }) => !n ? '–' : n.kind === 'group' || n.missing ? nameOf(n)
  : html`<a href=${n.kind === 'queue' ? queueHref({ vhost: v, name: n.name }) : exchangeHref({ vhost: v, name: n.name })}>${nameOf(n)}</a> <span class="muted">${n.kind}</span>`;
