// Policies, those of users and those of operators.

import { useAddDialog } from '../adddialog.js';
import { del, may, path } from '../api.js';
import { ask } from '../dialog.js';
import { Arguments, Badge, Button, Empty, PageHead, Tabs, html, useMemo } from '../dom.js';
import { authorOf, editPolicy } from '../policyform.js';
import { address, setQuery } from '../router.js';
import { List } from '../table.js';
import { ofVhost, showsVhost } from '../vhosts.js';

/** @typedef {import('../../../types/api').Policy} Policy */

/** @param {boolean} operator @param {Policy} p */
function deletePolicy(operator, p) {
  const { at, noun } = authorOf(operator);
  ask({
    title: `Delete ${noun} ${p.name}?`, action: 'Delete the policy', danger: true,
    body: html`<p>Its settings are taken from all that matches <code>${p.pattern}</code> in vhost ${p.vhost}, at once. What other policies that match say takes their place.</p>`,
    run: () => del(`${at}/` + path`${p.vhost}/${p.name}`), done: `${noun[0].toUpperCase() + noun.slice(1)} ${p.name} is deleted.`,
  });
}

/** @param {boolean} operator @param {boolean} mayEdit @returns {import('../table.js').Column<Policy>[]} */
const columns = (operator, mayEdit) => [
  { key: 'name', label: 'Name', sort: 'name', cell: (p) => html`${p.name}${showsVhost() && html`<span class="vhost">${p.vhost}</span>`}` },
  { key: 'pattern', label: 'Pattern', sort: 'pattern', card: true, cell: (p) => html`<code>${p.pattern}</code>` },
  { key: 'apply-to', label: 'Applies to', sort: 'apply-to', card: true, cell: (p) => html`<${Badge}>${p['apply-to'].replace('_', ' ')}<//>` },
  { key: 'definition', label: 'Settings', cell: (p) => html`<${Arguments} of=${p.definition} />` },
  { key: 'priority', label: 'Priority', sort: 'priority', right: true, card: true, cell: (p) => p.priority },
  ...(mayEdit ? [{ key: 'deeds', label: 'Change', deeds: true, right: true, card: true, cell: (/** @type {Policy} */ p) => html`<${Button} kind="quiet" icon="edit" label=${`Change ${p.name}`} onClick=${() => editPolicy(operator, p)} /><${Button} kind="quiet" icon="trash" label=${`Delete ${p.name}`} onClick=${() => deletePolicy(operator, p)} />` }] : []),
];

export default function Policies() {
  const operator = address.value.query.of === 'operators';
  useAddDialog('policy', () => editPolicy(operator));
  const mayEdit = may(operator ? 'administrator' : 'policymaker');
  const { at, noun } = authorOf(operator);
  const shown = useMemo(() => columns(operator, mayEdit), [operator, mayEdit]);
  const add = mayEdit && html`<${Button} kind="primary" icon="plus" onClick=${() => editPolicy(operator)}>Add ${operator ? 'an' : 'a'} ${noun}<//>`;
  return html`
    <${PageHead} title="Policies" actions=${add} />
    <${Tabs} label="Whose policies" chosen=${operator ? 'operators' : 'users'} tabs=${[{ id: 'users', label: 'Policies' }, { id: 'operators', label: 'Operator policies' }]}
      onChoose=${(/** @type {string} */ id) => setQuery({ of: id === 'operators' ? id : '', name: '', page: '', sort: '' })}>
      <${List} key=${at} id=${at} noun=${noun} whole path=${ofVhost(at)} columns=${shown} keyOf=${(/** @type {Policy} */ p) => p.vhost + '\n' + p.name}
        empty=${html`<${NoPolicies} operator=${operator} mayEdit=${mayEdit} />`} />
    <//>`;
}

/** @param {{operator: boolean, mayEdit: boolean}} p */
const NoPolicies = ({ operator, mayEdit }) => html`
  <${Empty} icon="policies" title=${operator ? 'No operator policies' : 'No policies'}>
    <p>${operator ? 'An operator policy bounds what applications may ask for: how long a queue may be, how long messages wait. It goes before what users say.'
      : 'A policy gives settings to all queues and exchanges whose names match: a dead letter exchange, a length, a time to live. It takes hold at once, and can be changed while they are used.'}</p>
    ${mayEdit && html`<p><${Button} icon="plus" kind="primary" onClick=${() => editPolicy(operator)}>Add ${operator ? 'an operator policy' : 'a policy'} here<//></p>`}
  <//>`;
