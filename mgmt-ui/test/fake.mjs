// A broker that is none: it answers the pages as the HTTP API does, from a
// few objects in memory, so that a test knows what a page should show.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { adminRoutes, adminWorld, vhostBody } from './fakeadmin.mjs';
import { xRoutes } from './fakex.mjs';

const root = new URL('../static/', import.meta.url);
const kinds = { html: 'text/html', css: 'text/css', js: 'text/javascript', mjs: 'text/javascript', svg: 'image/svg+xml' };

/** Names that a page must show and not obey. */
export const hostile = [
  '<img src=x onerror="window.broken=1">', `"quotes' & <b>bold</b>`, 'ünïcödé 注文 🐇 ‮evil', 'q'.repeat(255), 'a/b?c=d#e%2Ff', '</script><script>window.broken=1</script>',
];

const bases = ['orders.created', 'orders.paid', 'orders.shipped', 'invoices', 'invoices.retry', 'emails.outbound', 'emails.bounced', 'payments.settle', 'payments.refund', 'search.index', 'thumbnails', 'webhooks.stripe', 'webhooks.github', 'audit.log', 'orders.dead', 'reports.nightly'];

/** @param {number} count */
function makeQueues(count) {
  const queues = [];
  for (let i = 0; i < count; i++) {
    const base = bases[i % bases.length], again = Math.floor(i / bases.length);
    const dead = base === 'orders.dead', idle = base === 'reports.nightly';
    queues.push({
      name: base + (again ? `.${again}` : ''), vhost: i % 9 === 8 ? 'staging' : '/', type: i % 3 === 1 ? 'quorum' : 'classic', durable: i % 11 !== 7, auto_delete: false, exclusive: false,
      arguments: i % 4 === 0 ? { 'x-dead-letter-exchange': 'orders.dlx', 'x-message-ttl': 60000 } : {}, policy: i % 5 === 2 ? 'limits' : null, operator_policy: null, effective_policy_definition: i % 5 === 2 ? { 'max-length': 100000 } : {},
      state: i % 13 === 12 ? 'paused' : idle ? 'idle' : 'running', node: 'rabbit@here', consumers: dead || idle ? 0 : 1 + i % 4, consumer_utilisation: 0.97,
      deduplication: base === 'orders.created' ? { keys: 412, deduplicated: 97 } : undefined,
      messages_ready: dead ? 12431 : idle ? 0 : (i * 7919) % 900, messages_unacknowledged: dead || idle ? 0 : (i * 31) % 60,
      rate: dead ? 4.2 : idle ? 0 : 3 + (i * 137) % 420, message_bytes: 1024 * ((i * 7919) % 9000), protected_from_deletion: base === 'payments.settle',
    });
  }
  return queues;
}

/** Counters and levels with samples, as many as are asked for. */
function stats(rates, query, at = Date.now()) {
  const age = Number(query.get('msg_rates_age') ?? query.get('data_rates_age') ?? 0), incr = Number(query.get('msg_rates_incr') ?? query.get('data_rates_incr') ?? 1);
  const out = {};
  for (const [key, rate] of Object.entries(rates)) {
    const d = { rate: wave(rate, at, key) };
    if (age) d.samples = samples(age, incr, at, (t) => Math.round(integral(rate, t, key)));
    out[key] = Math.round(integral(rate, at, key));
    out[key + '_details'] = d;
  }
  return out;
}
const phase = (key) => [...key].reduce((n, c) => n + c.charCodeAt(0), 0) / 7;
const wave = (rate, t, key) => Math.max(0, rate * (1 + 0.18 * Math.sin(t / 9000 + phase(key)) + 0.07 * Math.sin(t / 2300)));
const integral = (rate, t, key) => rate * ((t - 1.79e12) / 1000 - 0.18 * 9 * Math.cos(t / 9000 + phase(key)) - 0.07 * 2.3 * Math.cos(t / 2300));

function samples(age, incr, at, of) {
  const list = [];
  const end = Math.floor(at / 1000 / incr) * incr * 1000;
  for (let t = end; t > end - age * 1000; t -= incr * 1000) list.push({ sample: of(t), timestamp: t });
  return list;
}

function levels(values, query) {
  const age = Number(query.get('lengths_age') ?? 0), incr = Number(query.get('lengths_incr') ?? 1);
  const out = {};
  for (const [key, level] of Object.entries(values)) {
    out[key] = level;
    out[key + '_details'] = { rate: level > 10000 ? 4.2 : 0 };
    if (age) out[key + '_details'].samples = samples(age, incr, Date.now(), (t) => Math.max(0, Math.round(level * (1 + 0.12 * Math.sin(t / 12000 + phase(key))))));
  }
  return out;
}

/** Starts one. @param {{queues?: number, hostile?: boolean, connections?: boolean}} [options] */
export async function fake(options = {}) {
  const world = {
    asked: [], streams: new Set(), streaming: 'fine', listened: [], session: true, down: false, alarm: false, tags: ['administrator'],
    queues: makeQueues(options.queues ?? 24), bindings: [], connections: options.connections === false ? [] : makeConnections(),
    exchanges: [['', 'direct'], ['amq.direct', 'direct'], ['amq.fanout', 'fanout'], ['amq.headers', 'headers'], ['amq.topic', 'topic'], ['orders', 'topic'], ['orders.dlx', 'fanout'], ['payments', 'direct']]
      .map(([name, type]) => ({ name, type, vhost: '/', durable: true, auto_delete: false, internal: false, arguments: {}, policy: null, user_who_performed_action: 'guest', rate: name === 'orders' ? 812 : name === 'payments' ? 96 : 0,
        deduplication: name === 'orders' ? { keys: 81204, deduplicated: 1733, max_keys: 100000, ttl_ms: 3600000, bytes: 3411968, evicted: 12 } : undefined })),
    vhosts: ['/', 'staging'], ...adminWorld(),
  };
  if (options.hostile) world.queues.push(...hostile.map((name, i) => ({ ...makeQueues(1)[0], name, consumers: i % 2, messages_ready: i })));
  for (const q of world.queues) if (q.name.startsWith('orders')) world.bindings.push({ source: 'orders', vhost: q.vhost, destination: q.name, destination_type: 'queue', routing_key: q.name.replace('orders.', 'order.') + '.#', arguments: {}, properties_key: encodeURIComponent(q.name + '.#') });
  const server = createServer((req, res) => serve(world, req, res).catch((e) => { res.writeHead(500).end(String(e.stack)); }));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return { world, url: `http://127.0.0.1:${server.address().port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}

function makeConnections() {
  return ['orders-api', 'orders-worker-1', 'orders-worker-2', 'billing', null, 'thumbnailer'].map((called, i) => ({
    name: `10.0.${i}.17:${40000 + i * 311} -> 10.0.0.2:5672`, ...(called && { user_provided_name: called }), node: 'rabbit@here', state: i === 3 ? 'blocked' : 'running', type: 'network', user: i % 2 ? 'worker' : 'guest', vhost: '/', protocol: 'AMQP 0-9-1',
    auth_mechanism: 'PLAIN', ssl: i === 3, ssl_protocol: i === 3 ? 'tlsv1.3' : '', host: '10.0.0.2', port: 5672, peer_host: `10.0.${i}.17`, peer_port: 40000 + i * 311, timeout: 60, frame_max: 131072, channel_max: 2047, channels: 1 + i % 3,
    connected_at: Date.now() - 3600e3 * (i + 1) * 3.1, client_properties: { product: i % 2 ? 'pika' : 'amqp091-go', version: i % 2 ? '1.3.2' : '1.10.0', platform: i % 2 ? 'Python 3.11.2' : 'golang', capabilities: { 'basic.nack': true, publisher_confirms: true, 'connection.blocked': true } }, rate: 4000 * i * i,
  }));
}

async function serve(w, req, res) {
  const url = new URL(req.url, 'http://here');
  if (w.down) return res.destroy();
  if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, res);
  let text = '';
  for await (const chunk of req) text += chunk;
  const path = url.pathname.slice(5).split('/').map(decodeURIComponent);
  const listens = path.join('/') === 'x/events';
  if (!listens) w.asked.push({ method: req.method, path, text, headers: req.headers, query: url.search });
  const reply = (status, body) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(body === undefined ? '' : JSON.stringify(body));
  if (path[0] === 'login') return login(w, req.method, text, reply);
  if (!w.session) return reply(401, { error: 'not_authorized', reason: 'Not_Authorized' });
  if (listens) return stream(w, url.searchParams.getAll('get'), res);
  const answer = xRoutes[`${req.method} ${path.slice(0, 2).join(' ')}`] ?? routes[`${req.method} ${path[0]}`];
  if (!answer) return reply(404, { error: 'Object Not Found', reason: 'Not Found' });
  return answer({ w, path, text, query: url.searchParams, body: text && req.headers['content-type']?.includes('json') ? JSON.parse(text) : {}, reply });
}

/** What a GET of path answers, as an event tells it. */
function told(w, at) {
  const url = new URL('/api/' + at, 'http://here'), path = url.pathname.slice(5).split('/').map(decodeURIComponent);
  const answer = xRoutes[`GET ${path.slice(0, 2).join(' ')}`] ?? routes[`GET ${path[0]}`];
  let event;
  const reply = (status, data) => { event = JSON.stringify({ topic: at, ...(status !== 200 && { status }), data }); };
  if (answer) answer({ w, path, text: '', query: url.searchParams, body: {}, reply });
  else notFound(reply);
  return event;
}

/** Tells what has changed, once a second; w.streaming says how well. */
function stream(w, paths, res) {
  w.listened.push(paths);
  if (w.streaming === 'refused') return res.writeHead(429, { 'Retry-After': '1' }).end();
  w.streams.add(res);
  res.on('close', () => { w.streams.delete(res); clearInterval(timer); });
  const sent = new Map(), due = new Map();
  const tick = () => {
    if (!w.session) return res.end();
    if (w.down) return res.destroy();
    for (const at of paths) {
      const now = Date.now();
      if (now < (due.get(at) ?? 0)) continue;
      const event = told(w, at);
      due.set(at, now + 10 * (Date.now() - now)); // what costs much comes seldom
      if (sent.get(at) !== event) res.write(`event: get\ndata: ${event}\n\n`);
      sent.set(at, event);
    }
  };
  const held = w.streaming === 'held'; // and is so to its end: the page has to try another
  const timer = setInterval(() => { if (!held) tick(); }, 1000);
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  if (held) return;
  res.write('retry: 2000\n\n');
  tick();
}

async function serveFile(path, res) {
  const name = path === '/' ? 'index.html' : path === '/favicon.svg' ? 'favicon.svg' : path.replace(/^\/ui\/@\//, '');
  try {
    const body = await readFile(new URL(name, root));
    const map = name === 'index.html' && createHash('sha256').update(/<script type="importmap">([^]*?)<\/script>/.exec(body)[1]).digest('base64');
    res.writeHead(200, {
      'Content-Type': kinds[name.split('.').pop()] ?? 'text/plain',
      ...(map && { 'Content-Security-Policy': `default-src 'none'; script-src 'self' 'sha256-${map}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'` }),
    }).end(body);
  } catch {
    res.writeHead(404).end();
  }
}

function login(w, method, text, reply) {
  if (method === 'DELETE') {
    w.session = false;
    return reply(204);
  }
  const form = new URLSearchParams(text);
  w.session = form.get('username') === 'guest' && form.get('password') === 'guest';
  return w.session ? reply(200, { user: { name: 'guest', tags: w.tags } }) : reply(401, { error: 'not_authorized', reason: 'Not_Authorized' });
}

const notFound = (reply) => reply(404, { error: 'Object Not Found', reason: 'Not Found' });
const dotted = (o, key) => key.split('.').reduce((v, k) => v?.[k], o);

function list({ query, reply }, all) {
  let found = all;
  const name = query.get('name');
  if (name) found = query.get('use_regex') === 'true' ? found.filter((o) => new RegExp(name, 'i').test(o.name)) : found.filter((o) => o.name.toLowerCase().includes(name.toLowerCase()));
  const sort = query.get('sort'), sign = query.get('sort_reverse') === 'true' ? -1 : 1;
  if (sort) found = [...found].sort((a, b) => sign * ((x, y) => typeof x === 'number' || typeof y === 'number' ? (x ?? 0) - (y ?? 0) : String(x).localeCompare(String(y)))(dotted(a, sort), dotted(b, sort)));
  if (!query.get('page')) return reply(200, found);
  const size = Number(query.get('page_size') ?? 100), page = Number(query.get('page'));
  const page_count = Math.max(1, Math.ceil(found.length / size));
  if (page > page_count) return reply(400, { error: 'bad_request', reason: 'page_out_of_range' });
  const items = found.slice((page - 1) * size, page * size);
  return reply(200, { filtered_count: found.length, item_count: items.length, items, page, page_count, page_size: size, total_count: all.length });
}

const queueBody = (q, query) => ({
  ...q, messages: q.messages_ready + q.messages_unacknowledged, ...levels({ messages: q.messages_ready + q.messages_unacknowledged, messages_ready: q.messages_ready, messages_unacknowledged: q.messages_unacknowledged }, query),
  message_stats: stats({ publish: q.rate, deliver_get: q.consumers ? q.rate : 0, ack: q.consumers ? q.rate * 0.98 : 0, redeliver: q.rate * 0.01 }, query),
});

const exchangeBody = (x, query) => ({ ...x, message_stats: stats({ publish_in: x.rate, publish_out: x.rate * 2.4 }, query) });
const connectionBody = (c, query) => ({ ...c, ...stats({ recv_oct: c.rate, send_oct: c.rate * 1.7 + 12 }, query) });

const channelsOf = (c, query) => Array.from({ length: c.channels }, (_, i) => ({
  name: `${c.name} (${i + 1})`, number: i + 1, node: c.node, user: c.user, vhost: c.vhost, state: 'running', confirm: i === 0, transactional: false, prefetch_count: i ? 50 : 0, global_prefetch_count: 0, consumer_count: i, messages_unacknowledged: i * 12,
  messages_unconfirmed: i ? 0 : 3, messages_uncommitted: 0, acks_uncommitted: 0, connection_details: { name: c.name, peer_host: c.peer_host, peer_port: c.peer_port },
  message_stats: stats({ publish: i ? 0 : c.rate / 100, confirm: i ? 0 : c.rate / 100, deliver_get: i ? c.rate / 120 : 0, ack: i ? c.rate / 120 : 0 }, query),
}));

const consumer = (q, ch) => ({
  consumer_tag: `ctag1.${q.name.length}`, queue: { name: q.name, vhost: q.vhost }, ack_required: true, exclusive: false, prefetch_count: q.name.length % 2 ? 50 : 0, arguments: {}, active: true, activity_status: 'up',
  channel_details: { name: ch.name, number: ch.number, connection_name: ch.connection_details.name, node: ch.node, user: ch.user, peer_host: ch.connection_details.peer_host, peer_port: ch.connection_details.peer_port },
});

function nodeBody(w, query) {
  const asked = new URLSearchParams([...query].map(([k, v]) => [k.replace('node_stats', 'msg_rates'), v])), deep = new URLSearchParams([...query].map(([k, v]) => [k.replace('node_stats', 'lengths'), v]));
  return {
    name: 'rabbit@here', running: true, mem_limit: 1.6e9, mem_alarm: w.alarm, disk_free: 79e9, disk_free_limit: 50e6, disk_free_alarm: false, fd_used: 74, fd_total: 20000, sockets_used: 31, proc_used: 83, proc_total: 1048576, uptime: 318019e3, processors: 8,
    os_pid: '3528', erlang_full_version: 'Go go1.26.8 linux/amd64', config_files: ['/etc/hutchmq/hutchmq.yaml'], log_files: ['<stderr>'], db_dir: '/var/lib/hutchmq', ...levels({ mem_used: w.alarm ? 1.7e9 : 412e6 }, deep),
    ...stats({ io_sync_count: 120, io_write_count: 340, io_write_bytes: 2.4e6, io_read_count: 2, io_read_bytes: 8192, gc_num: 0.4 }, asked), io_sync_avg_time: 0.71, io_write_avg_time: 0.02,
  };
}

const routes = {
  ...adminRoutes((r, all) => list(r, all)),
  'GET whoami': ({ w, reply }) => reply(200, { name: 'guest', tags: w.tags }),
  'GET vhosts': (r) => r.path[2] === 'connections' ? list(r, r.w.connections.filter((c) => c.vhost === r.path[1]).map((c) => connectionBody(c, r.query)))
    : r.path[2] === 'channels' ? list(r, r.w.connections.flatMap((c) => channelsOf(c, r.query)).filter((c) => c.vhost === r.path[1]))
    : r.path[2] ? r.reply(200, r.w.permissions.filter((p) => p.vhost === r.path[1])) : !r.path[1] ? r.reply(200, r.w.vhosts.map((name) => vhostBody(r.w, name)))
    : r.w.vhosts.includes(r.path[1]) ? r.reply(200, vhostBody(r.w, r.path[1])) : notFound(r.reply),
  'GET nodes': ({ w, path, query, reply }) => {
    if (!w.tags.some((t) => t === 'administrator' || t === 'monitoring')) return reply(401, { error: 'not_authorised', reason: 'Not monitor user' });
    const node = nodeBody(w, query);
    return path[1] === undefined ? reply(200, [node]) : path[1] === node.name ? reply(200, { ...node, memory: { queue_procs: 212e6, other_proc: 96e6, connection_other: 14e6, allocated_unused: 41e6, other_system: 49e6, code: 0, strategy: 'rss', total: { rss: 412e6 } } }) : notFound(reply);
  },
  'GET overview': ({ w, query, reply }) => {
    const ready = w.queues.reduce((n, q) => n + q.messages_ready, 0), unacked = w.queues.reduce((n, q) => n + q.messages_unacknowledged, 0), flow = w.queues.reduce((n, q) => n + q.rate, 0);
    reply(200, {
      management_version: '4.3.6', rabbitmq_version: '4.3.6', product_name: 'HutchMQ', product_version: '0.5.0', cluster_name: 'rabbit@here', node: 'rabbit@here',
      exchange_types: ['direct', 'fanout', 'headers', 'topic', 'x-consistent-hash'].map((name) => ({ name, description: name, enabled: true })),
      message_stats: stats({ publish: flow, confirm: flow, deliver_get: flow * 1.1, ack: flow * 1.08, redeliver: flow * 0.02, return_unroutable: w.queues.length ? 1.3 : 0 }, query), queue_totals: levels({ messages: ready + unacked, messages_ready: ready, messages_unacknowledged: unacked }, query),
      object_totals: { queues: w.queues.length, exchanges: w.exchanges.length, connections: w.connections.length, channels: w.connections.reduce((n, c) => n + c.channels, 0), consumers: w.queues.reduce((n, q) => n + q.consumers, 0) },
      churn_rates: { connection_created: 412, connection_closed: 406, channel_created: 1204, channel_closed: 1192, queue_declared: 96, queue_created: 31, queue_deleted: 7, ...Object.fromEntries(['connection_created', 'connection_closed', 'channel_created', 'channel_closed', 'queue_created', 'queue_deleted'].map((k) => [k + '_details', { rate: 0.2 }])) },
      listeners: [['amqp', 5672, false], ['amqp/ssl', 5671, true], ['http', 15672, false], ['http/prometheus', 15692, false]].map(([protocol, port, tls]) => ({ node: 'rabbit@here', protocol, ip_address: '::', port, tls, socket_opts: {} })),
    });
  },
  'GET queues': (r) => {
    const { w, path, query, reply } = r;
    if (path.length < 3) return list(r, w.queues.filter((q) => !path[1] || q.vhost === path[1]).map((q) => queueBody(q, query)));
    const q = w.queues.find((o) => o.vhost === path[1] && o.name === path[2]);
    if (!q) return notFound(reply);
    if (path[3] === 'bindings') return reply(200, [{ source: '', vhost: q.vhost, destination: q.name, destination_type: 'queue', routing_key: q.name, arguments: {}, properties_key: q.name }, ...w.bindings.filter((b) => b.destination === q.name && b.vhost === q.vhost)]);
    const channels = w.connections.flatMap((c) => channelsOf(c, query));
    reply(200, { ...queueBody(q, query), consumer_details: channels.slice(0, q.consumers).map((c) => consumer(q, c)), incoming: w.bindings.filter((b) => b.destination === q.name).map((b) => ({ exchange: { name: b.source, vhost: b.vhost }, stats: { publish: 8123, publish_details: { rate: q.rate } } })) });
  },
  'PUT queues': ({ w, path, body, reply }) => {
    const q = w.queues.find((o) => o.vhost === path[1] && o.name === path[2]);
    if (path[3]) {
      q.state = path[3] === 'pause' ? 'paused' : 'running';
      return reply(204);
    }
    if (q) return reply(204);
    if (body.arguments['x-message-ttl'] < 0) return reply(400, { error: 'bad_request', reason: `invalid arg 'x-message-ttl' for queue '${path[2]}' in vhost '/': "value negative"` });
    w.queues.push({ ...makeQueues(1)[0], ...body, type: body.arguments['x-queue-type'] ?? 'classic', vhost: path[1], name: path[2], messages_ready: 0, messages_unacknowledged: 0, consumers: 0, rate: 0 });
    reply(201);
  },
  'DELETE queues': ({ w, path, reply }) => {
    const q = w.queues.find((o) => o.vhost === path[1] && o.name === path[2]);
    if (!q) return notFound(reply);
    if (path[3] === 'contents') q.messages_ready = 0;
    else if (q.protected_from_deletion) return reply(412, { error: 'precondition_failed', reason: `queue '${q.name}' in vhost '${q.vhost}' is protected from deletion` });
    else w.queues = w.queues.filter((o) => o !== q);
    reply(204);
  },
  'POST queues': ({ w, path, body, reply }) => reply(200, Array.from({ length: body.count }, (_, i) => ({
    payload_bytes: 31, redelivered: i === 0, exchange: 'orders', routing_key: 'order.created.eu', message_count: 12430 - i, properties: { delivery_mode: 2, content_type: 'application/json', headers: { tenant: 'a' } }, payload: `{"order":${8331 + i},"total":12.50}`, payload_encoding: 'string',
  }))),
  'GET exchanges': (r) => {
    const { w, path, query, reply } = r;
    if (path.length < 3) return list(r, w.exchanges.filter((x) => !path[1] || x.vhost === path[1]).map((x) => exchangeBody(x, query)));
    const name = path[2] === 'amq.default' ? '' : path[2];
    const x = w.exchanges.find((o) => o.vhost === path[1] && o.name === name);
    if (!x) return notFound(reply);
    if (path[4] === 'source') return reply(200, w.bindings.filter((b) => b.source === name && b.vhost === x.vhost));
    if (path[4] === 'destination') return reply(200, w.bindings.filter((b) => b.destination === name && b.destination_type === 'exchange'));
    reply(200, exchangeBody(x, query));
  },
  'PUT exchanges': ({ w, path, body, reply }) => {
    w.exchanges.push({ policy: null, rate: 0, ...body, vhost: path[1], name: path[2] });
    reply(201);
  },
  'DELETE exchanges': ({ w, path, reply }) => {
    w.exchanges = w.exchanges.filter((x) => x.name !== path[2]);
    reply(204);
  },
  'POST exchanges': ({ w, path, body, reply }) => {
    const q = path[2] === 'amq.default' && w.queues.find((o) => o.name === body.routing_key);
    if (q) q.messages_ready++;
    reply(200, { routed: !!q || w.bindings.some((b) => b.source === path[2] && body.routing_key.startsWith(b.routing_key.replace('.#', ''))) });
  },
  'POST bindings': ({ w, path, body, reply }) => {
    w.bindings.push({ source: path[3], vhost: path[1], destination: path[5], destination_type: path[4] === 'q' ? 'queue' : 'exchange', ...body, properties_key: encodeURIComponent(body.routing_key) || '~' });
    reply(201);
  },
  'DELETE bindings': ({ w, path, reply }) => {
    w.bindings = w.bindings.filter((b) => !(b.source === path[3] && b.destination === path[5] && b.properties_key === path[6]));
    reply(204);
  },
  'GET connections': (r) => {
    const { w, path, query, reply } = r;
    if (path.length === 1) return list(r, w.connections.map((c) => connectionBody(c, query)));
    const c = w.connections.find((o) => o.name === path[1]);
    if (!c) return notFound(reply);
    reply(200, path[2] === 'channels' ? channelsOf(c, query) : connectionBody(c, query));
  },
  'DELETE connections': ({ w, path, reply }) => {
    w.connections = w.connections.filter((c) => c.name !== path[1]);
    reply(204);
  },
  'GET channels': (r) => {
    const all = r.w.connections.flatMap((c) => channelsOf(c, r.query));
    if (r.path.length === 1) return list(r, all);
    const c = all.find((o) => o.name === r.path[1]);
    if (!c) return notFound(r.reply);
    const q = r.w.queues[0];
    r.reply(200, { ...c, consumer_details: c.consumer_count ? [consumer(q, c)] : [], publishes: c.confirm ? [{ exchange: { name: 'orders', vhost: '/' }, stats: stats({ publish: 80 }, r.query) }] : [], deliveries: c.consumer_count ? [{ queue: { name: q.name, vhost: q.vhost }, stats: stats({ deliver_get: 40 }, r.query) }] : [] });
  },
};

// Alone, it is for looking at pages while they are made: node fake.mjs
if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { url } = await fake({ queues: Number(process.env.QUEUES ?? 24), hostile: !!process.env.HOSTILE });
  console.log(url);
}
