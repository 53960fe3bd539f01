// The list of exchanges; with two names, one of them.

import { useAddDialog } from '../adddialog.js';
import { addExchange } from '../exchangeform.js';
import { Badge, Button, Num, PageHead, html, rate, useMemo } from '../dom.js';
import { exchangeHref } from '../router.js';
import { List } from '../table.js';
import { ofVhost, showsVhost } from '../vhosts.js';
import { Exchange } from './exchange.js';

/** @typedef {import('../../../types/api').Exchange} X */

/** @param {{names: string[]}} p */
export default function Exchanges({ names }) {
  return names.length === 2 ? html`<${Exchange} vhost=${names[0]} name=${names[1] === 'amq.default' ? '' : names[1]} />` : html`<${ExchangeList} />`;
}

/** @param {{x: X}} p */
export const ExchangeFeatures = ({ x }) => html`
  <span class="features">
    <${Badge} tone="accent">${x.type}<//>
    ${!x.durable && html`<${Badge} title="Gone after a restart">transient<//>`}
    ${x.auto_delete && html`<${Badge} title="Deleted when its last binding goes">auto-delete<//>`}
    ${x.internal && html`<${Badge} title="Only other exchanges publish to it">internal<//>`}
    ${x.arguments?.['alternate-exchange'] !== undefined && html`<${Badge} title=${'Unroutable messages go to ' + x.arguments['alternate-exchange']}>AE<//>`}
    ${x.policy && html`<${Badge} tone="accent" title=${'Policy ' + x.policy}>${x.policy}<//>`}
  </span>`;

/** @type {import('../table.js').Column<X>[]} */
const columns = [
  { key: 'name', label: 'Name', sort: 'name', fields: ['name', 'vhost'], cell: (x) => html`<a href=${exchangeHref(x)}>${x.name || '(default)'}</a>${showsVhost() && html`<span class="vhost">${x.vhost}</span>`}` },
  { key: 'type', label: 'Type', sort: 'type', card: true, fields: ['type', 'durable', 'auto_delete', 'internal', 'arguments', 'policy'], cell: (x) => html`<${ExchangeFeatures} x=${x} />` },
  { key: 'in', label: 'In/s', sort: 'message_stats.publish_in_details.rate', right: true, card: true, fields: ['message_stats.publish_in_details.rate'], cell: (x) => html`<${Num} of=${x.message_stats?.publish_in_details?.rate ?? 0} as=${rate} />` },
  { key: 'out', label: 'Out/s', sort: 'message_stats.publish_out_details.rate', right: true, card: true, fields: ['message_stats.publish_out_details.rate'], cell: (x) => html`<${Num} of=${x.message_stats?.publish_out_details?.rate ?? 0} as=${rate} />` },
  { key: 'total', label: 'In, all', sort: 'message_stats.publish_in', right: true, hidden: true, fields: ['message_stats.publish_in'], cell: (x) => html`<${Num} of=${x.message_stats?.publish_in ?? 0} />` },
];

function ExchangeList() {
  useAddDialog('exchange', addExchange);
  const empty = useMemo(() => html`<p class="muted">No exchanges: you see no vhost.</p>`, []);
  return html`
    <${PageHead} title="Exchanges" actions=${html`<${Button} kind="primary" icon="plus" onClick=${addExchange}>Add an exchange<//>`} />
    <${List} id="exchanges" noun="exchange" path=${ofVhost('exchanges')} columns=${columns}
      keyOf=${(/** @type {X} */ x) => x.vhost + '\n' + x.name} hrefOf=${exchangeHref} empty=${empty} />`;
}
