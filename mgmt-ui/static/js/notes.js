// Where the notes of toast.js appear.

import { Button, Icon, html } from './dom.js';
import { dismiss, notes } from './toast.js';

export const Notes = () => html`
  <div class="notes" role="status" aria-live="polite">
    ${notes.value.map((n) => html`
      <div class=${'note ' + n.tone} key=${n.id}><${Icon} name=${n.tone === 'ok' ? 'check' : 'warn'} /><p>${n.text}</p>
        <${Button} icon="close" kind="quiet" label="Dismiss" onClick=${() => dismiss(n.id)} /></div>`)}
  </div>`;
