// "May app publish to orders?", asked of the broker before anybody tries.

import { get } from './api.js';
import { Button, Card, Icon, html, useState } from './dom.js';
import { Choice, Field } from './form.js';
import { vhosts } from './vhosts.js';

const deeds = /** @type {[string, string][]} */ ([['write', 'publish to exchange'], ['read', 'consume from queue'], ['configure', 'declare or delete']]);

/** @typedef {{allowed: boolean, reason: string, pattern?: string}} Verdict */

/** @param {{user: string}} p */
export function PermissionTester({ user }) {
  const [where, setWhere] = useState('');
  const [right, setRight] = useState('write');
  const [resource, setResource] = useState('');
  const [key, setKey] = useState('');
  const [verdict, setVerdict] = useState(/** @type {Verdict | undefined} */ (undefined));
  const [wrong, setWrong] = useState('');
  const vhost = where || vhosts.value[0] || '/';
  /** @param {(v: string) => void} set */
  const changing = (set) => (/** @type {string} */ v) => {
    setVerdict(undefined);
    set(v);
  };
  const run = async (/** @type {Event} */ e) => {
    e.preventDefault();
    setWrong('');
    try {
      setVerdict(await get('x/permission-test', { query: { user, vhost, right, resource, routing_key: key || undefined } }));
    } catch (e) {
      setVerdict(undefined);
      setWrong(/** @type {Error} */ (e).message);
    }
  };
  return html`
    <${Card} title="May it?">
      <form onSubmit=${run}>
        <div class="form-grid">
          <${Choice} label="In vhost" value=${vhost} onChange=${changing(setWhere)} options=${vhosts.value.length ? vhosts.value : ['/']} />
          <${Choice} label="May it" value=${right} onChange=${changing(setRight)} options=${deeds} />
          <${Field} label="Name" value=${resource} onChange=${changing(setResource)} hint=${right === 'write' ? 'empty for the default exchange' : ''} />
          ${right === 'write' && html`<${Field} label="Routing key" value=${key} onChange=${changing(setKey)} hint="of a topic exchange" />`}
        </div>
        <div class="tester"><${Button} type="submit">Ask the broker<//>
          <div role="status">${verdict && html`<${Answer} v=${verdict} />`}${wrong && html`<span class="bad">${wrong}</span>`}</div></div>
      </form>
    <//>`;
}

/** @param {{v: Verdict}} p */
const Answer = ({ v }) => html`
  <span class=${v.allowed ? 'verdict ok' : 'verdict bad'}><${Icon} name=${v.allowed ? 'check' : 'close'} /><b>${v.allowed ? 'Yes' : 'No'}</b>: ${v.reason}${v.pattern !== undefined && v.pattern !== '' && html` <code>${v.pattern}</code>`}</span>`;
