// A node: what it uses, how fast its disk is, what it listens on, and with
// which settings it runs.

import { may, path } from '../api.js';
import { Chart, RangePicker, lines, samplesQuery } from '../chart.js';
import { Badge, Card, Failed, KeyValue, Loading, PageHead, Prose, State, Tabs, bytes, html, number, rate, span, useMemo } from '../dom.js';
import { Gauge } from '../gauge.js';
import { useLive } from '../live.js';
import { address, setQuery } from '../router.js';
import { List } from '../table.js';
import { Listeners } from './overview.js';
import { Fact } from './queue.js';

/** @typedef {import('../../../types/api').Node} N */
/** @typedef {import('../../../types/api').Setting} Setting */

/** Without a name it is the first node. @param {{names: string[]}} p */
export default function NodePage({ names }) {
  const { data, error } = useLive(names.length ? null : 'nodes?columns=name', { everyMs: 60000 });
  const name = names[0] ?? data?.[0]?.name;
  if (name === undefined) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  return html`<${Node} key=${name} name=${name} />`;
}

/** @param {{name: string}} p */
function Node({ name }) {
  /** @type {import('../live.js').Live<N>} */
  const { data: n, error } = useLive(path`nodes/${name}` + '?memory=true&' + samplesQuery('node_stats'));
  if (!n) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const settings = may('administrator') && address.value.query.tab === 'settings';
  return html`
    <${PageHead} kind="node" title=${name} meta=${html`<${State} of=${n.running === false ? 'down' : 'running'} /><span>up for ${span(n.uptime)}</span>${n.mem_alarm && html`<${Badge} tone="bad">▲ memory alarm<//>`}${n.disk_free_alarm && html`<${Badge} tone="bad">▲ disk alarm<//>`}`} />
    ${may('administrator') ? html`
      <${Tabs} label="Parts of the node" chosen=${settings ? 'settings' : 'live'} tabs=${[{ id: 'live', label: 'Live' }, { id: 'settings', label: 'Settings' }]}
        onChoose=${(/** @type {string} */ id) => setQuery({ tab: id === 'live' ? '' : id, name: '', page: '', sort: '' })}>${settings ? html`<${Settings} />` : html`<${Live} n=${n} />`}<//>`
      : html`<${Live} n=${n} />`}`;
}

/** @param {{n: N}} p */
function Live({ n }) {
  const overview = useLive('overview', { everyMs: 30000 }).data;
  return html`
    <div class="facts">
      <${Fact} label="Goroutines" value=${number(n.proc_used)} />
      <${Fact} label="Sockets" value=${number(n.sockets_used)} />
      <${Fact} label="Syncs" value=${rate(n.io_sync_count_details?.rate ?? 0)} unit="/s" />
      <${Fact} label="A sync takes" value=${ms(n.io_sync_avg_time_details?.rate || n.io_sync_avg_time)} unit=" ms" />
      <${Fact} label="Written" value=${bytes(n.io_write_bytes_details?.rate ?? 0)} unit="/s" />
      <${Fact} label="Collections" value=${rate(n.gc_num_details?.rate ?? 0)} unit="/s" />
      <div class="push"><${RangePicker} /></div>
    </div>
    <div class="columns-2">
      <${Levels} title="Memory" label="used" of=${n.mem_used_details} />
      <${Syncs} n=${n} />
    </div>
    <div class="columns-2">
      <${Card} title="Of its limits"><div class="node">
        <${Gauge} label="Memory" used=${n.mem_used} limit=${n.mem_limit} alarm=${n.mem_alarm} />
        <${Gauge} label="Files" used=${n.fd_used} limit=${n.fd_total} as=${number} />
        <${KeyValue} of=${[['Disk free', html`<span class=${n.disk_free_alarm ? 'bad' : ''}>${bytes(n.disk_free)}</span> <span class="muted">alarm below ${bytes(n.disk_free_limit)}</span>`]]} />
      </div><//>
      <${Memory} n=${n} />
      <${Card} title="Store">
        <${KeyValue} of=${[
          ['Syncs', number(n.io_sync_count)], ['A sync takes', ms(n.io_sync_avg_time) + ' ms'], ['Writes', `${number(n.io_write_count)}, ${bytes(n.io_write_bytes)}`],
          ['A write takes', ms(n.io_write_avg_time) + ' ms'], ['Reads', `${number(n.io_read_count)}, ${bytes(n.io_read_bytes)}`], ['Folder', n.db_dir && html`<code>${n.db_dir}</code>`],
        ]} />
      <//>
      <${Card} title="Process">
        <${KeyValue} of=${[
          ['Version', overview?.product_version], ['Runs on', n.erlang_full_version], ['Processors', number(n.processors)], ['Process', n.os_pid],
          ['Configuration', n.config_files?.length ? n.config_files.join(', ') : 'no file'], ['Log', n.log_files?.join(', ')],
        ]} />
      <//>
    </div>
    ${overview?.listeners && html`<${Listeners} of=${overview.listeners.filter((/** @type {any} */ l) => l.node === n.name)} />`}`;
}

/** "0.42" @param {number} [n] */
const ms = (n) => n === undefined ? '–' : n < 10 ? n.toFixed(2) : number(n);

/** @param {{title: string, label: string, of?: import('../../../types/api').Details}} p */
function Levels({ title, label, of }) {
  const { times, series } = useMemo(() => lines([{ label, color: 'ready', of, level: true }]), [of]);
  return html`<${Card} title=${title}><${Chart} title=${title} times=${times} series=${series} format=${bytes} /><//>`;
}

/** @param {{n: N}} p */
function Syncs({ n }) {
  const { times, series } = useMemo(() => lines([{ label: 'syncs', color: 'publish', of: n.io_sync_count_details }, { label: 'writes', color: 'deliver', of: n.io_write_count_details }]), [n]);
  return html`<${Card} title="Disk, per second"><${Chart} title="Disk, per second" times=${times} series=${series} /><//>`;
}

const parts = /** @type {Record<string, string>} */ ({ queue_procs: 'Messages', other_proc: 'Other objects', connection_other: 'Stacks', allocated_unused: 'Kept for more', other_system: 'Everything else' });

/** Where the memory is. @param {{n: N}} p */
function Memory({ n }) {
  const m = n.memory ?? {};
  const list = Object.entries(m).filter(([k, v]) => typeof v === 'number' && v > 0 && k !== 'strategy').map(([k, v]) => /** @type {[string, number]} */ ([parts[k] ?? k.replaceAll('_', ' '), v])).sort((a, b) => b[1] - a[1]);
  const all = list.reduce((sum, [, v]) => sum + v, 0);
  return html`
    <${Card} title="Where the memory is">
      ${list.length === 0 ? html`<p class="muted">The node does not say.</p>` : html`<div class="node">${list.slice(0, 8).map(([label, v]) => html`<${Gauge} key=${label} label=${label} used=${v} limit=${all} />`)}</div>`}
    <//>`;
}

/** @type {import('../table.js').Column<Setting>[]} */
const columns = [
  { key: 'key', label: 'Setting', sort: 'key', cell: (s) => html`<code title=${s.description}>${s.key}</code>` },
  { key: 'value', label: 'Value', card: true, cell: (s) => html`<code>${s.value || '–'}</code>${s.pending === undefined ? '' : html` <${Badge} tone="warn" title=${`after a restart: ${s.pending || '–'}`}>needs a restart<//>`}` },
  { key: 'origin', label: 'From', sort: 'origin', card: true, cell: (s) => s.origin === 'default' ? html`<span class="zero">default</span>` : html`<${Badge} tone="accent" title=${s.where}>${s.origin}<//>` },
  { key: 'description', label: 'What it is', cell: (s) => html`<${Prose} of=${s.description} />` },
];

const Settings = () => html`
  <${List} id="settings" noun="setting" whole path="x/config" under="settings" columns=${columns} keyOf=${(/** @type {Setting} */ s) => s.key} nameOf=${(/** @type {Setting} */ s) => s.key + ' ' + s.description}
    empty=${html`<p class="muted">This node tells nothing of its settings.</p>`} />`;
