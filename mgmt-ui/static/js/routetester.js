// Says where a message would go, and publishes nothing.

import { post } from './api.js';
import { Badge, Button, Icon, count, html, useEffect, useId, useState } from './dom.js';
import { Field, TableField, objectOf } from './form.js';
import { lineID } from './graphmodel.js';
import { queueHref } from './router.js';
import { toast } from './toast.js';

/** @typedef {import('../../types/api').Routes} Routes */

/** The ids of all that a message passes. @param {Routes} r @param {string} exchange */
export function lightsOf(r, exchange) {
  const lit = new Set(['exchange:' + exchange]);
  for (const s of r.steps) {
    const from = 'exchange:' + s.from, to = `${s.to_kind}:${s.to}`;
    lit.add(to).add(lineID(from, to, s.by === 'alternate' ? 'alternate' : 'binding'));
  }
  return lit;
}

/**
 * @param {object} p
 * @param {string} p.vhost
 * @param {string} p.exchange     to begin with
 * @param {string[]} p.exchanges  those that are offered
 * @param {(lit: Set<string> | null) => void} p.onLight
 */
export function RouteTester({ vhost, exchange: first, exchanges, onLight }) {
  const id = useId();
  const [exchange, setExchange] = useState(first);
  const [key, setKey] = useState('');
  const [rows, setRows] = useState(/** @type {import('./form.js').Row[]} */ ([]));
  const [routes, setRoutes] = useState(/** @type {Routes | null} */ (null));
  useEffect(() => { if (first) setExchange(first); }, [first]);
  useEffect(() => () => onLight(null), []);
  /** @param {Event} e */
  const test = async (e) => {
    e.preventDefault();
    try {
      /** @type {Routes} */
      const answer = await post('x/route-test', { vhost, exchange, routing_key: key, headers: objectOf(rows) });
      setRoutes(answer);
      onLight(lightsOf(answer, exchange));
    } catch (wrong) {
      toast.failed(wrong);
    }
  };
  return html`
    <form class="route-tester" onSubmit=${test}>
      <${Field} label="Exchange" value=${exchange} onChange=${setExchange} list=${id} placeholder="(default)" />
      <datalist id=${id}>${exchanges.map((x) => html`<option key=${x} value=${x} />`)}</datalist>
      <${Field} label="Routing key" value=${key} onChange=${setKey} placeholder="order.eu.created" />
      <${TableField} label="Headers" rows=${rows} onChange=${setRows} />
      <${Button} type="submit" kind="primary">Where would it go?<//>
    </form>
    ${routes && html`<div class="routes" role="status">
      ${routes.routed ? html`<p><b>${count(routes.queues.length, 'queue')}</b> would get it.</p>` : html`<p class="bad"><${Icon} name="warn" /> No queue would get it: it is dropped, or returned if it is mandatory.</p>`}
      <ul>${routes.queues.slice(0, 100).map((q) => html`
        <li key=${q.name}><a href=${queueHref(q)}>${q.name}</a> ${q.path.map((i) => routes.steps[i]).map((s, i) => html`<span key=${i} class="muted">
          ${i > 0 && '→ '}${s.from || '(default)'} ${s.by === 'binding' ? html`by <code>${s.routing_key || '(empty)'}</code>` : s.by === 'alternate' ? html`<${Badge}>alternate<//>` : 'by its name'} </span>`)}</li>`)}</ul>
      ${!routes.complete && html`<p class="hint">There are more.</p>`}
    </div>`}`;
}
