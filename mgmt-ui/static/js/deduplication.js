// What an exchange or a queue remembers, to tell what came before.

import { del, may, path } from './api.js';
import { ask } from './dialog.js';
import { Button, Card, KeyValue, bytes, html, number } from './dom.js';
import { exchangeSegment } from './router.js';
import { span } from './format.js';

/** @param {{of?: import('../../types/api').Deduplication, exchange?: import('../../types/api').Exchange}} p  nothing when it checks nothing */
export function Deduplication({ of, exchange }) {
  if (!of) return null;
  const clear = exchange && may('policymaker') && of.keys > 0 && html`<${Button} icon="trash" onClick=${() => forget(exchange)}>Forget the keys<//>`;
  return html`
    <${Card} title="De-duplication" actions=${clear}>
      <${KeyValue} of=${[
        ['Not enqueued', html`${number(of.deduplicated)} <span class="muted">that came before</span>`],
        ['Keys', of.max_keys ? html`${number(of.keys)} <span class="muted">of ${number(of.max_keys)}</span>` : html`${number(of.keys)} <span class="muted">of messages in it</span>`],
        ['Kept for', exchange ? (of.ttl_ms ? span(of.ttl_ms) : 'as long as there is room') : undefined],
        ['Went too early', of.evicted ? html`${number(of.evicted)} <span class="muted">as there was no room</span>` : undefined],
        ['Memory', of.bytes ? bytes(of.bytes) : undefined],
      ]} />
    <//>`;
}

/** @param {import('../../types/api').Exchange} x */
function forget(x) {
  ask({
    title: `Forget the keys of ${x.name}?`, action: 'Forget the keys', danger: true,
    body: html`<p>What was published to it so far can come again.</p>`,
    run: () => del(path`x/exchanges/${x.vhost}/${exchangeSegment(x.name)}/deduplication`),
    done: `${x.name} has forgotten what came.`,
  });
}
