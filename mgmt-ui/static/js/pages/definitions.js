// Definitions: all that is declared, as a file to take along, and a file to
// bring in, with what it would change before it does.

import { get, path, post } from '../api.js';
import { renameCluster } from '../clusterform.js';
import { planOf } from '../definitionsplan.js';
import { ask, attempt } from '../dialog.js';
import { Button, Card, Icon, KeyValue, PageHead, count, html, useRef, useState } from '../dom.js';
import { Check, Choice, Field } from '../form.js';
import { useLive } from '../live.js';
import { PlanTable } from '../plantable.js';
import { href } from '../router.js';
import { vhosts } from '../vhosts.js';

/** @typedef {import('../../../types/api').Plan} Plan */

/** How far an import may go. @typedef {{prune: boolean, replace: boolean, discard_messages: boolean}} Limits */

export default function Definitions() {
  return html`
    <${PageHead} title="Definitions" meta=${html`<span>Users, vhosts, policies, queues, exchanges and bindings, without the messages.</span>`} />
    <div class="columns-2"><${Export} /><${ClusterName} /></div>
    <${Import} />`;
}

/** Below /api: of all, or of one vhost. @param {string} vhost */
const pathOf = (vhost) => vhost ? path`definitions/${vhost}` : 'definitions';

/** @param {string} vhost */
function fileName(vhost) {
  const day = new Date().toISOString().slice(0, 10);
  return `hutchmq-${vhost ? vhost.replace(/[^\w.-]+/g, '_') + '-' : ''}${day}.json`;
}

/** Which vhost. @param {{value: string, onChange: (v: string) => void, all: string, label: string}} p */
const Which = ({ value, onChange, all, label }) => html`<${Choice} label=${label} value=${value} onChange=${onChange} options=${[['', all], ...vhosts.value.map((v) => [v, `vhost ${v}`])]} />`;

function Export() {
  const [where, setWhere] = useState('');
  return html`
    <${Card} title="Export">
      <${Which} label="What" all="everything" value=${where} onChange=${setWhere} />
      <p class="hint below-field">Passwords are in it as hashes: keep the file as you would keep them. RabbitMQ reads it, too.</p>
      <a class="button" href=${'api/' + pathOf(where) + '?download=' + encodeURIComponent(fileName(where))} download><${Icon} name="get" />Download</a>
    <//>`;
}

function ClusterName() {
  const { data } = useLive('cluster-name', { everyMs: 10000 });
  return html`
    <${Card} title="Cluster" actions=${data && html`<${Button} onClick=${() => renameCluster(data.name)}>Rename<//>`}>
      <${KeyValue} of=${[['Name', data?.name], ['Nodes', html`<a href=${href(['nodes'])}>memory, disk, listeners</a>`], ['Features', html`<a href=${href(['feature-flags'])}>feature flags</a>`]]} />
      <p class="hint">The name is what clients and monitoring are told. Exported files carry it.</p>
    <//>`;
}

/** A file to bring in: chosen, dropped or pasted; then compared, then applied. */
function Import() {
  const [text, setText] = useState('');
  const [where, setWhere] = useState('');
  const [limits, setLimits] = useState(/** @type {Limits} */ ({ prune: false, replace: false, discard_messages: false }));
  const [plan, setPlan] = useState(/** @type {Plan | undefined} */ (undefined));
  const [busy, setBusy] = useState(false);
  const chooser = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** @param {string} next */
  const take = (next) => {
    setPlan(undefined);
    setText(next);
  };
  /** @param {FileList | null | undefined} files */
  const takeFile = async (files) => { if (files?.[0]) take(await files[0].text()); };
  /** @param {Partial<Limits>} patch */
  const limit = (patch) => {
    setPlan(undefined);
    setLimits({ ...limits, ...patch });
  };
  const compare = async () => {
    setBusy(true);
    await attempt(async () => setPlan(await planFor(text, where, limits)), '');
    setBusy(false);
  };
  return html`
    <${Card} title="Import">
      <div class="import" onDragOver=${(/** @type {DragEvent} */ e) => e.preventDefault()} onDrop=${(/** @type {DragEvent} */ e) => { e.preventDefault(); takeFile(e.dataTransfer?.files); }}>
        <div class="import-head">
          <${Which} label="Into" all="the vhosts that it names" value=${where} onChange=${(/** @type {string} */ v) => { setPlan(undefined); setWhere(v); }} />
          <input ref=${chooser} type="file" accept=".json,.yaml,.yml,application/json,application/yaml" class="sr-only" tabindex="-1" aria-label="File of definitions" onChange=${(/** @type {any} */ e) => takeFile(e.target.files)} />
          <${Button} icon="definitions" onClick=${() => chooser.current?.click()}>Choose a file<//>
        </div>
        <${Field} area label="Definitions" class="mono" rows=${plan ? 3 : 8} value=${text} onChange=${take} placeholder='{"queues":[{"name":"orders","vhost":"/","durable":true,"auto_delete":false,"arguments":{}}]}' hint="JSON, as exported here or by RabbitMQ, or YAML. A file can be dropped here." />
        <div class="checks">
          <${Check} label="Delete what the owner of the file made before, and it does not describe any more" value=${limits.prune} onChange=${(/** @type {boolean} */ prune) => limit({ prune })} />
          <${Check} label="Replace what is there otherwise" value=${limits.replace} onChange=${(/** @type {boolean} */ replace) => limit({ replace })} />
          ${(limits.prune || limits.replace) && html`<${Check} label="… with the messages that are in it" value=${limits.discard_messages} onChange=${(/** @type {boolean} */ discard) => limit({ discard_messages: discard })} />`}
        </div>
      </div>
      ${!plan && html`<${Button} kind="primary" disabled=${busy || text.trim() === ''} onClick=${compare}>Show what would change<//>`}
      ${plan && html`<${PlanTable} of=${plan} /><${Apply} plan=${plan} text=${text} where=${where} limits=${limits} done=${() => take('')} />`}
    <//>`;
}

/** Whether a text is JSON, or means to be; anything else is YAML. @param {string} text */
const isJSON = (text) => /^\s*[[{]/.test(text);

/** The text as it is: numbers too large for a browser stay what they are. @param {string} text */
function formOf(text) {
  const form = new FormData();
  const [kind, name] = isJSON(text) ? ['application/json', 'definitions.json'] : ['application/yaml', 'definitions.yaml'];
  form.append('file', new Blob([text], { type: kind }), name);
  return form;
}

/** @param {string} where @param {Limits} limits */
const queryOf = (where, limits) => ({
  vhost: where || undefined, prune: limits.prune || undefined, replace: limits.replace || undefined,
  discard_messages: (limits.prune || limits.replace) && limits.discard_messages || undefined,
});

/** @param {string} text @param {string} where @param {Limits} limits @returns {Promise<Plan>} */
async function planFor(text, where, limits) {
  const wanted = isJSON(text) ? parse(text) : undefined;
  try {
    return await post('x/definitions/plan', formOf(text), { query: queryOf(where, limits) });
  } catch (e) {
    if (![404, 405].includes(/** @type {any} */ (e).status) || !wanted || limits.prune || limits.replace) throw e;
    return planOf(await get('definitions'), wanted, where);
  }
}

/** @param {string} text */
function parse(text) {
  try {
    const wanted = JSON.parse(text);
    if (wanted && typeof wanted === 'object' && !Array.isArray(wanted)) return wanted;
  } catch (e) {
    throw new Error(`This is no JSON: ${/** @type {Error} */ (e).message}`);
  }
  throw new Error('These are no definitions: an object with queues, exchanges and so on is wanted.');
}

/** The words of a plan, for what it does. @type {[string, string][]} */
const deeds = [['create', 'made'], ['change', 'changed'], ['recreate', 'deleted and made anew'], ['delete', 'deleted']];

/** @param {{plan: Plan, text: string, where: string, limits: Limits, done: () => void}} p */
function Apply({ plan, text, where, limits, done }) {
  const conflict = plan.counts.conflict ?? 0, gone = (plan.counts.recreate ?? 0) + (plan.counts.delete ?? 0);
  const all = deeds.reduce((n, [action]) => n + (plan.counts[action] ?? 0), 0);
  if (all === 0) return html`<p class="apply"><${Button} onClick=${done}>Start again<//></p>`;
  const apply = () => ask({
    title: 'Import these definitions?', action: `Import ${count(all, 'record')}`, danger: gone > 0,
    body: html`<p>${deeds.filter(([a], i) => i < 2 || plan.counts[a]).map(([a, word], i) => `${count(plan.counts[a] ?? 0, 'record')} ${i === 0 ? 'will be ' : ''}${word}`).join(', ')}.${conflict > 0 && ` ${count(conflict, 'record')} in the way: nothing is imported while there are any.`}${gone === 0 && ' Nothing is deleted.'}</p>`,
    run: async () => {
      if (isJSON(text) && !limits.prune && !limits.replace) await post(pathOf(where), formOf(text));
      else await post('x/definitions/apply', formOf(text), { query: queryOf(where, limits) });
      done();
    },
    done: `${count(all, 'record')} imported.`,
  });
  return html`<p class="apply"><${Button} kind="primary" onClick=${apply}>Import…<//> <${Button} onClick=${done}>Start again<//></p>`;
}
