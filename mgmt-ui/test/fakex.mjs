// The part of the fake broker below /api/x: messages that can be looked at and
// moved, dead letters, the topology and the search.

const ago = (s) => Date.now() - s * 1000;

/** The messages of a queue: the same as long as the world lasts. */
function messagesOf(w, vhost, name) {
  w.messages ??= new Map();
  const key = vhost + '\n' + name;
  const q = w.queues.find((o) => o.vhost === vhost && o.name === name);
  if (!w.messages.has(key)) w.messages.set(key, Array.from({ length: Math.min(q?.messages_ready ?? 0, 130) }, (_, i) => makeMessage(i, name)));
  return w.messages.get(key);
}

function makeMessage(i, queue) {
  const dead = queue.includes('dead'), binary = i % 17 === 5, source = i % 4 ? 'orders.paid' : 'invoices';
  const death = { queue: source, reason: i % 5 ? 'rejected' : 'expired', count: 1 + i % 3, exchange: 'orders', 'routing-keys': ['order.paid.eu'], time: Math.round(ago(7200 - i * 31) / 1000) };
  const headers = { tenant: 'abc'[i % 3], attempt: i, ...(dead && { 'x-death': [death, { ...death, queue: 'orders.retry', reason: 'expired', time: death.time - 300 }], 'x-first-death-queue': 'orders.retry' }) };
  const text = JSON.stringify({ order: 8331 + i, total: 12.5 + i, customer: { name: 'Ada 注文', vip: i % 2 === 0, tags: ['new', 'eu'] }, note: null });
  return {
    id: String(1000n * BigInt(i + 1) + 9007199254740993n), seq: 8331 + i, delivery_count: i % 7 === 3 ? 2 : 0, priority: 0, expires: i % 9 === 0 ? ago(-3600) : null, since: ago(7200 - i * 31), payload_bytes: binary ? 48 : Buffer.byteLength(text),
    redelivered: i % 7 === 3, exchange: dead ? 'orders.dlx' : 'orders', routing_key: ['order.paid.eu', 'order.paid.us', 'order.created.eu'][i % 3], properties: { delivery_mode: 2, content_type: binary ? 'application/octet-stream' : 'application/json', headers },
    body: binary ? Buffer.from(Array.from({ length: 48 }, (_, at) => (at * 37 + i) % 256)) : Buffer.from(text),
  };
}

const glob = (pattern) => new RegExp('^' + pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.') + '$');
const death = (m) => m.properties.headers['x-death']?.[0];

/** Whether a message is meant, by a filter as a body has it. */
function matches(m, f = {}) {
  return (!f.routing_key || glob(f.routing_key).test(m.routing_key)) && (!f.text || m.body.toString().includes(f.text))
    && Object.entries(f.headers ?? {}).every(([k, v]) => k in m.properties.headers && (v === null || String(m.properties.headers[k]) === v))
    && (!f.death?.queue || death(m)?.queue === f.death.queue) && (!f.death?.reason || death(m)?.reason === f.death.reason);
}

function browse({ w, path, query, reply }) {
  const [, , vhost, name] = path;
  if (query.get('state') === 'unacked') {
    return reply(200, { messages: w.connections.slice(1, 3).map((c, i) => ({ seq: 12 + i, payload_bytes: 97, redelivered: i === 1, connection: c.name, channel: `${c.name} (2)`, user: c.user, consumer_tag: i ? '' : 'ctag1.9', delivery_tag: 7 + i, since: ago(40 + 300 * i), lease_ends: i ? null : Date.now() + 20000 })), looked: 2, end: true });
  }
  const after = BigInt(query.get('after') ?? 0), limit = Number(query.get('limit'));
  const headers = Object.fromEntries(query.getAll('header').map((h) => h.split(':')).map(([k, ...v]) => [k, v.length ? v.join(':') : null]));
  const filter = { routing_key: query.get('key'), text: query.get('text'), headers, death: { queue: query.get('death_queue'), reason: query.get('death_reason') } };
  const all = messagesOf(w, vhost, name).filter((m) => BigInt(m.id) > after && matches(m, filter));
  const shown = all.slice(0, limit).map(({ body, ...m }) => {
    const cut = query.has('truncate') ? body.subarray(0, Number(query.get('truncate'))) : body;
    const text = query.get('encoding') === 'base64' || !cut.equals(Buffer.from(cut.toString())) ? cut.toString('base64') : cut.toString();
    return { ...m, payload: text, payload_encoding: text === cut.toString() ? 'string' : 'base64' };
  });
  reply(200, { messages: shown, next: shown.at(-1)?.id, looked: all.length, end: all.length <= limit });
}

function move({ w, path, body, reply }) {
  const [, , vhost, name] = path, verb = path[4] === 'redrive' ? 'move' : path[5];
  const from = messagesOf(w, vhost, name);
  const meant = from.filter((m) => body.ids ? body.ids.includes(m.id) : matches(m, body.filter)).slice(0, body.limit ?? Infinity);
  const target = (m) => body.to?.origin ? death(m)?.queue : body.to?.queue ?? 'orders.created';
  const job = {
    id: (w.jobs ??= []).length + 1, user: 'guest', verb, vhost, queue: name, to: body.to ?? null, limit: body.limit ?? 0, rate: body.rate ?? 0, dry_run: !!body.dry_run, state: body.rate ? 'running' : 'done', began: Date.now(), ended: body.rate ? null : Date.now(),
    total: from.length, looked: 0, meant: meant.length, moved: 0, missing: 0, kept: [], targets: [],
  };
  w.jobs.push(job);
  const run = (list) => {
    for (const m of list) {
      job.moved++;
      job.looked = Math.round(job.moved * job.total / meant.length);
      const to = target(m), t = job.targets.find((o) => o.queue === to);
      if (verb !== 'delete') t ? t.messages++ : job.targets.push({ queue: to, messages: 1 });
      if (job.dry_run) continue;
      if (verb !== 'copy') from.splice(from.indexOf(m), 1);
      if (verb !== 'delete') messagesOf(w, vhost, to).push({ ...m, id: String(BigInt(m.id) + 1n) });
    }
    const q = w.queues.find((o) => o.vhost === vhost && o.name === name);
    if (q) q.messages_ready = from.length;
    if (job.moved === meant.length) Object.assign(job, { looked: job.total, state: 'done', ended: Date.now() });
  };
  let turned = 0; // when, for a job goes on once a second, whoever looks
  job.turn = () => {
    if (!body.rate || job.state !== 'running' || Date.now() - turned < 900) return;
    turned = Date.now();
    run(meant.slice(job.moved, job.moved + body.rate));
  };
  if (!body.rate) run(meant);
  reply(202, job);
}

function deadLetters({ w, path, reply }) {
  const queues = w.queues.filter((q) => q.vhost === path[2] && q.name.includes('dead')).map((q) => {
    const causes = new Map();
    for (const m of messagesOf(w, q.vhost, q.name)) {
      const d = death(m), key = d.queue + d.reason, c = causes.get(key) ?? { queue: d.queue, reason: d.reason, count: 0, first: d.time * 1000, last: d.time * 1000 };
      causes.set(key, { ...c, count: c.count + 1, last: d.time * 1000 });
    }
    return { queue: q.name, messages_ready: messagesOf(w, q.vhost, q.name).length, looked: 130, at_least: false, causes: [...causes.values()] };
  });
  reply(200, { queues: queues.filter((q) => q.causes.length), all: true });
}

const heldMessages = ['order.reminder', 'order.reminder', 'invoice.due'].map((routing_key, i) => ({
  id: String(i + 1), due: Date.now() + 90_000 * (i + 1) ** 3, since: Date.now() - 60_000, exchange: i < 2 ? 'orders' : '', routing_key, payload_bytes: 128, persistent: i !== 1,
}));

function delayed({ path, query, reply }) {
  if (!path[2]) return reply(200, [{ vhost: '/', messages: 3, message_bytes: 384, delayed: 5, fired: 1, cancelled: 1, dropped: 0 }]);
  const key = query.get('key');
  const messages = key ? heldMessages.filter((m) => m.routing_key.startsWith(key.replace('*', ''))) : heldMessages;
  reply(200, { messages, looked: 3, end: true });
}

function schedules({ reply }) {
  const of = (name, more) => ({ vhost: '/', name, enabled: true, exchange: 'orders', routing_key: 'report', payload: '{}', next: Date.now() + 3_600_000, last: Date.now() - 82_800_000, runs: 12, ...more });
  reply(200, [of('daily-report', { cron: '0 9 * * 1-5', time_zone: 'Europe/Berlin' }), of('sweep', { every: '15m', enabled: false, next: null, last: null, runs: 0, exchange: '', routing_key: 'sweeps' })]);
}

function topology({ w, query, reply }) {
  const v = query.get('vhost');
  const nodes = w.queues.filter((q) => q.vhost === v).map((q) => ({
    id: 'queue:' + q.name, kind: 'queue', name: q.name, type: q.type, in_rate: q.rate, out_rate: q.consumers ? q.rate : 0, messages: q.messages_ready + q.messages_unacknowledged, messages_ready: q.messages_ready, messages_unacknowledged: q.messages_unacknowledged, consumers: q.consumers, idle: q.rate === 0, missing: false,
  }));
  for (const x of w.exchanges) if (!x.name.startsWith('amq.') && x.name && x.vhost === v) nodes.push({ id: 'exchange:' + x.name, kind: 'exchange', name: x.name, type: x.type, in_rate: x.rate, out_rate: x.rate, messages: 0, messages_ready: 0, messages_unacknowledged: 0, consumers: 0, idle: x.rate === 0, missing: false });
  const edges = w.bindings.filter((b) => b.vhost === v).map((b) => ({ from: 'exchange:' + b.source, to: 'queue:' + b.destination, kind: 'binding', routing_keys: [b.routing_key], count: 1, rate: w.queues.find((q) => q.name === b.destination)?.rate ?? 0 }));
  for (const q of w.queues) if (q.vhost === v && q.arguments['x-dead-letter-exchange']) edges.push({ from: 'queue:' + q.name, to: 'exchange:orders.dlx', kind: 'dead-letter', routing_keys: [''], count: 1, rate: 0 });
  edges.push({ from: 'exchange:orders', to: 'exchange:unrouted', kind: 'alternate', routing_keys: [''], count: 1, rate: 0 }, { from: 'exchange:orders.dlx', to: 'queue:orders.dead', kind: 'binding', routing_keys: ['#'], count: 1, rate: 0 });
  nodes.push({ ...nodes.find((n) => n.kind === 'exchange'), id: 'exchange:unrouted', name: 'unrouted', type: '', missing: true, idle: true });
  let shown = nodes;
  const focus = query.get('focus');
  if (focus) {
    const at = nodes.find((n) => n.id === focus || n.name === focus)?.id;
    if (!at) return reply(404, { error: 'Object Not Found', reason: 'Not Found' });
    shown = nodes.filter((n) => n.id === at || edges.some((e) => (e.from === at && e.to === n.id) || (e.to === at && e.from === n.id)));
  }
  const there = new Set(shown.map((n) => n.id));
  reply(200, { vhost: v, nodes: shown, edges: edges.filter((e) => there.has(e.from) && there.has(e.to)), total_nodes: nodes.length, grouped: false, complete: !focus });
}

function routeTest({ w, body, reply }) {
  const hit = w.bindings.filter((b) => b.source === body.exchange && b.vhost === body.vhost && body.routing_key.startsWith(b.routing_key.replace('.#', '')));
  const steps = hit.map((b) => ({ from: b.source, from_type: 'topic', to: b.destination, to_kind: 'queue', by: 'binding', routing_key: b.routing_key, arguments: {}, properties_key: b.properties_key }));
  reply(200, { routed: hit.length > 0, queues: hit.map((b, i) => ({ name: b.destination, vhost: b.vhost, path: [i] })), steps, complete: true });
}

function search({ w, query, reply }) {
  const q = query.get('q').toLowerCase();
  const of = (kind, list) => list.filter((o) => o.name.toLowerCase().includes(q)).map((o) => ({ kind, name: o.name, vhost: o.vhost, about: o.type }));
  const all = [...of('queue', w.queues), ...of('exchange', w.exchanges), ...of('connection', w.connections)];
  reply(200, { results: all.slice(0, Number(query.get('limit'))), more: false });
}

function jobs({ w, path, reply }) {
  for (const j of w.jobs ?? []) j.turn();
  const list = (w.jobs ?? []).map(({ turn, ...j }) => j);
  if (!path[2]) return reply(200, list);
  const j = list.find((o) => o.id === Number(path[2]));
  return j ? reply(200, j) : reply(404, { error: 'Object Not Found', reason: 'Not Found' });
}

function turnJob({ w, path, reply }, state) {
  const j = w.jobs.find((o) => o.id === Number(path[2]));
  Object.assign(j, { state, ...(state === 'cancelled' && { ended: Date.now() }) });
  reply(204);
}

/** @param {any} r */
function producers({ path, reply }) {
  const items = path[2] === 'staging' ? [
    { vhost: 'staging', id: 'billing-7', epoch: 3, last_seq: 184467, missing: 0, published_at_ms: Date.now() - 4000 },
    { vhost: 'staging', id: 'import <b>nightly</b>', epoch: 0, last_seq: 12, missing: 2, published_at_ms: Date.now() - 86400000 },
  ] : [];
  reply(200, { items, item_count: items.length, total_count: items.length, filtered_count: items.length, page: 1, page_size: 20, page_count: 1 });
}

export const xRoutes = {
  'GET x queues': browse,
  'POST x queues': move,
  'GET x dead-letters': deadLetters,
  'GET x delayed': delayed,
  'GET x producers': producers,
  'DELETE x producers': ({ reply }) => reply(204),
  'GET x quotas': ({ reply }) => reply(200, [{ vhost: 'staging', limits: {}, waited_ms: 83000, full: true, message_bytes: 1000100 }]),
  'GET x schedules': schedules,
  'GET x topology': topology,
  'POST x route-test': routeTest,
  'GET x search': search,
  'GET x jobs': jobs,
  'POST x jobs': (r) => turnJob(r, r.path[3] === 'pause' ? 'paused' : 'running'),
  'DELETE x jobs': (r) => turnJob(r, 'cancelled'),
};
