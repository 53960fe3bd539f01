// The form that makes and changes a schedule.

import { path, put } from './api.js';
import { Dialog, attempt, openDialog } from './dialog.js';
import { Button, html, useState } from './dom.js';
import { Choice, Field } from './form.js';
import { vhost } from './prefs.js';
import { toast } from './toast.js';
import { vhosts } from './vhosts.js';

/** @typedef {import('../../types/api').Schedule} Schedule */

/** @param {{close: () => void, was?: Schedule}} p */
function ScheduleForm({ close, was }) {
  const [where, setWhere] = useState(was?.vhost ?? (vhost.peek() || '/'));
  const [name, setName] = useState(was?.name ?? '');
  const [kind, setKind] = useState(was?.every ? 'every' : 'cron');
  const [when, setWhen] = useState(was?.cron ?? was?.every ?? '');
  const [zone, setZone] = useState(was?.time_zone ?? '');
  const [exchange, setExchange] = useState(was?.exchange ?? '');
  const [key, setKey] = useState(was?.routing_key ?? '');
  const [payload, setPayload] = useState(was?.payload ?? '');
  const [missed, setMissed] = useState(was?.missed ?? 'skip');
  const submit = async () => {
    if (name === '') return toast.failed('A schedule needs a name.');
    const body = {
      [kind]: when, ...(kind === 'cron' && zone && { time_zone: zone }), exchange, routing_key: key, payload, missed,
      ...(was && { payload_encoding: was.payload_encoding, properties: was.properties, enabled: was.enabled, from: was.from, until: was.until }),
    };
    if (await attempt(() => put(path`x/schedules/${where}/${name}`, body), `Schedule ${name} holds.`)) close();
  };
  return html`
    <${Dialog} title=${was ? `Change schedule ${was.name}` : 'Add a schedule'} close=${close} wide onSubmit=${submit} footer=${html`
      <${Button} onClick=${close}>Cancel<//><${Button} type="submit" kind="primary">${was ? 'Change the schedule' : 'Add the schedule'}<//>`}>
      <div class="form-grid">
        <${Field} label="Name" value=${name} onChange=${setName} first=${!was} required maxlength="255" readonly=${!!was} />
        ${!was && vhosts.value.length > 1 && html`<${Choice} label="Vhost" value=${where} onChange=${setWhere} options=${vhosts.value} />`}
        <${Choice} label="Repeats" value=${kind} onChange=${setKind} options=${[['cron', 'by a cron expression'], ['every', 'at an interval']]} />
      </div>
      <div class="form-row">
        <${Field} label=${kind === 'cron' ? 'Cron' : 'Every'} value=${when} onChange=${setWhen} first=${!!was} class="mono" required hint=${kind === 'cron' ? '0 9 * * 1-5 is nine o’clock on working days' : 'such as 90s, 15m or 24h'} />
        ${kind === 'cron' && html`<${Field} label="Time zone" value=${zone} onChange=${setZone} hint="such as Europe/Berlin; UTC if empty" />`}
      </div>
      <div class="form-row">
        <${Field} label="Exchange" value=${exchange} onChange=${setExchange} hint="empty: straight to the queue of that name" />
        <${Field} label="Routing key" value=${key} onChange=${setKey} />
      </div>
      <${Field} label="Payload" value=${payload} onChange=${setPayload} area />
      <${Choice} label="What was missed while the broker was down" value=${missed} onChange=${setMissed} options=${[['skip', 'is passed over'], ['once', 'is made up for once'], ['all', 'is all made up for']]} />
    <//>`;
}

/** Opens the form. @param {Schedule} [was]  what is changed; without it, one is made */
export const editSchedule = (was) => openDialog((/** @type {{close: () => void}} */ { close }) => html`<${ScheduleForm} close=${close} was=${was} />`);
