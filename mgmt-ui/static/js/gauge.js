// How much of a limit is used.

import { Badge, bytes, html, percent } from './dom.js';

/** @param {{label: string, used?: number, limit?: number, alarm?: boolean, as?: (n?: number) => string}} p */
export function Gauge({ label, used = 0, limit = 0, alarm, as = bytes }) {
  const share = limit > 0 ? Math.min(1, used / limit) : 0;
  return html`
    <div class=${'gauge ' + (alarm ? 'bad' : share > 0.8 ? 'warn' : '')}>
      <span>${label}</span><span>${as(used)} <span class="muted">of ${as(limit)}</span>${alarm && html` <${Badge} tone="bad">▲ over<//>`}</span>
      <div class="bar" role="meter" aria-label=${`${label}: ${percent(share)}`} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(100 * share)}><i style=${`width:${100 * share}%`}></i></div>
    </div>`;
}
