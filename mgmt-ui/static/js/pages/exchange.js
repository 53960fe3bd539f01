// An exchange: what goes through it, and where to.

import { del, path } from '../api.js';
import { BindingTable, addBinding } from '../bindings.js';
import { Chart, RangePicker, lines, samplesQuery } from '../chart.js';
import { Deduplication } from '../deduplication.js';
import { ask } from '../dialog.js';
import { Arguments, Button, Card, Empty, Failed, KeyValue, Loading, PageHead, Tabs, html, useMemo } from '../dom.js';
import { useLive } from '../live.js';
import { publishTo } from '../publishform.js';
import { address, exchangeSegment, go, href, setQuery } from '../router.js';
import { ExchangeFeatures } from './exchanges.js';

/** @typedef {import('../../../types/api').Exchange} X */
/** @typedef {{x: X, at: string}} Panel  at: the exchange's path below /api */

/** The tabs of an exchange's page. @type {{id: string, label: string, panel: (p: Panel) => any}[]} */
const tabs = [
  { id: 'live', label: 'Live', panel: Live },
  { id: 'bindings', label: 'Bindings', panel: Bindings },
  { id: 'settings', label: 'Settings', panel: Settings },
];

/** @param {{vhost: string, name: string}} p */
export function Exchange({ vhost, name }) {
  const at = path`exchanges/${vhost}/${exchangeSegment(name)}`;
  /** @type {import('../live.js').Live<X>} */
  const { data: x, error } = useLive(at + '?' + samplesQuery('msg_rates'));
  if (!x) return error ? html`<${Failed} error=${error} whole />` : html`<${Loading} />`;
  const tab = tabs.find((t) => t.id === address.value.query.tab) ?? tabs[0];
  const ours = name === '' || name.startsWith('amq.');
  return html`
    <${PageHead} kind="exchange" title=${name || '(default)'} meta=${html`<span>in ${vhost}</span><${ExchangeFeatures} x=${x} />`} actions=${html`
      ${name !== '' && !x.internal && html`<${Button} icon="publish" onClick=${() => publishTo({ vhost, exchange: name, routingKey: '' })}>Publish<//>`}
      ${name !== '' && html`<${Button} icon="link" onClick=${() => addBinding({ vhost, source: name, exchangeType: x.type })}>Bind<//>`}
      ${!ours && html`<${Button} icon="trash" kind="danger" onClick=${() => remove(x, at)}>Delete<//>`}`} />
    <${Tabs} label="Parts of the exchange" tabs=${tabs} chosen=${tab.id} onChoose=${(/** @type {string} */ id) => setQuery({ tab: id === 'live' ? '' : id })}>
      <${tab.panel} x=${x} at=${at} />
    <//>`;
}

/** @param {X} x @param {string} at */
function remove(x, at) {
  ask({
    title: `Delete exchange ${x.name}?`, action: 'Delete the exchange', danger: true, typed: x.name,
    body: html`<p>Its bindings go with it. Who publishes to it gets an error: the channel is closed with 404.</p>`,
    run: async () => {
      await del(at);
      go(href(['exchanges']));
    },
    done: `Exchange ${x.name} is deleted.`,
  });
}

/** @param {Panel} p */
function Live({ x }) {
  const m = x.message_stats ?? {};
  const { times, series } = useMemo(() => lines([
    { label: 'in', color: 'publish', of: m.publish_in_details },
    { label: 'out', color: 'deliver', of: m.publish_out_details },
  ]), [x]);
  return html`
    <${Card} title="Messages per second" actions=${html`<${RangePicker} />`}><${Chart} title="Messages per second" times=${times} series=${series} height=${240} /><//>
    <${Deduplication} of=${x.deduplication} exchange=${x} />
    <p class="hint">In counts messages that were published to the exchange, out counts where they went: one for each queue or exchange that a message reached.</p>`;
}

/** @param {Panel} p */
function Bindings({ x, at }) {
  const all = x.name === '';
  const from = useLive(all ? null : at + '/bindings/source');
  const to = useLive(all ? null : at + '/bindings/destination');
  if (all) return html`<p class="muted">The default exchange leads to every queue of the vhost, by its name.</p>`;
  if (!from.data) return from.error ? html`<${Failed} error=${from.error} />` : html`<${Loading} />`;
  return html`
    <div class="panel-head"><h2>From here</h2><${Button} icon="plus" onClick=${() => addBinding({ vhost: x.vhost, source: x.name, exchangeType: x.type })}>Bind a queue or an exchange<//></div>
    ${from.data.length > 0 ? html`<${BindingTable} of=${from.data} to />` : html`<${Empty} icon="link" title="Nothing is bound to it"><p>Until a queue is bound, all messages that are published here are dropped.</p><//>`}
    ${to.data?.length > 0 && html`<div class="panel-head"><h2>To here</h2></div><${BindingTable} of=${to.data} from />`}`;
}

/** @param {Panel} p */
function Settings({ x }) {
  return html`
    <${Card} title="Declared">
      <${KeyValue} of=${[
        ['Type', x.type], ['Durable', x.durable ? 'yes' : 'no'], ['Auto-delete', x.auto_delete ? 'yes' : 'no'], ['Internal', x.internal ? 'yes' : 'no'],
        ['Arguments', html`<${Arguments} of=${x.arguments} />`], ['Policy', x.policy], ['Declared by', x.user_who_performed_action],
      ]} />
    <//>`;
}
