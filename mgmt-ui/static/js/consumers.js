// Consumers of a queue or a channel, as a table.

import { Arguments, Badge, Num, State, html } from './dom.js';
import { channelHref, queueHref } from './router.js';

/** @param {{of: import('../../types/api').Consumer[], queues?: boolean}} p  queues: which queue each takes from */
export const ConsumerTable = ({ of, queues }) => html`
  <div class="table-box" tabindex="0" role="region" aria-label="Consumers">
  <table class="table">
    <thead><tr><th scope="col">${queues ? 'Queue' : 'Channel'}</th><th scope="col">Tag</th><th scope="col">State</th><th scope="col" class="right">Prefetch</th><th scope="col">Acks</th><th scope="col" class="wide-cell">Arguments</th></tr></thead>
    <tbody>${of.map((c) => html`
      <tr key=${c.channel_details?.name + '\n' + c.consumer_tag}>
        <td class="name">${queues ? html`<a href=${queueHref(c.queue)}>${c.queue.name}</a>` : html`<a href=${channelHref(c.channel_details.name)}>${c.channel_details.name}</a>`}</td>
        <td class="card-cell" data-label="Tag"><code>${c.consumer_tag}</code>${c.exclusive && html` <${Badge}>exclusive<//>`}</td>
        <td class="card-cell" data-label="State"><${State} of=${c.activity_status ?? (c.active === false ? 'waiting' : 'up')} /></td>
        <td class="right card-cell" data-label="Prefetch">${c.prefetch_count === 0 ? html`<${Badge} tone="warn" title="Without a prefetch, a queue sends all it has">unlimited<//>` : html`<${Num} of=${c.prefetch_count} />`}</td>
        <td class="card-cell" data-label="Acks">${c.ack_required ? 'by hand' : 'automatic'}</td>
        <td class="wide-cell"><${Arguments} of=${c.arguments} /></td>
      </tr>`)}
    </tbody>
  </table></div>`;
