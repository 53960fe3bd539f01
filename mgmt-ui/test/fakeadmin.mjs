// The part of the broker that is none that administrators see: users, vhosts,
// policies, limits, definitions, the node, the log and the audit.

const all = { configure: '.*', write: '.*', read: '.*' };

/** What there is at first. */
export const adminWorld = () => ({
  users: [
    { name: 'guest', password_hash: 'x', hashing_algorithm: 'rabbit_password_hashing_sha256', tags: ['administrator'], limits: {} },
    { name: 'orders', password_hash: 'x', hashing_algorithm: 'rabbit_password_hashing_sha256', tags: [], limits: { 'max-connections': 40 } },
    { name: 'grafana', password_hash: 'x', hashing_algorithm: 'rabbit_password_hashing_sha256', tags: ['monitoring'], limits: {} },
    { name: 'device', password_hash: '', hashing_algorithm: 'rabbit_password_hashing_sha256', tags: ['iot'], limits: {} },
  ],
  permissions: [{ user: 'guest', vhost: '/', ...all }, { user: 'guest', vhost: 'staging', ...all }, { user: 'orders', vhost: '/', configure: '^orders\\.', write: '^orders', read: '^orders' }],
  topics: [{ user: 'orders', vhost: '/', exchange: 'orders', write: '^order\\.', read: '.*' }],
  vhostDetails: { '/': { description: 'Default virtual host' }, staging: { description: 'What is tried before it counts', tags: ['team-a'], default_queue_type: 'quorum', protected_from_deletion: true } },
  policies: [
    { vhost: '/', name: 'limits', pattern: '^(orders|invoices)', 'apply-to': 'queues', definition: { 'max-length': 100000, overflow: 'reject-publish' }, priority: 0 },
    { vhost: '/', name: 'dead-letters', pattern: '^emails\\.', 'apply-to': 'queues', definition: { 'dead-letter-exchange': 'orders.dlx', 'message-ttl': 86400000 }, priority: 5 },
  ],
  operatorPolicies: [{ vhost: '/', name: 'bounds', pattern: '.*', 'apply-to': 'queues', definition: { 'max-length': 1000000 }, priority: 0 }],
  vhostLimits: { staging: { 'max-connections': 64, 'max-queues': 100, 'max-publish-rate': 500, 'max-bytes': 1000000 } },
  clusterName: 'rabbit@here', logLevel: 'info', plans: true,
  globals: [{ name: 'cluster_name', value: 'rabbit@here' }],
});

const refused = (reply, reason) => reply(401, { error: 'not_authorised', reason });
const has = (w, tag) => w.tags.includes('administrator') || w.tags.includes(tag);
/** The same for those who have a tag only. */
const only = (tag, answer) => (r) => has(r.w, tag) ? answer(r) : refused(r.reply, `Not ${tag.replace(/ing$/, '')} user`);
const admin = (answer) => only('administrator', answer);
const notFound = (reply) => reply(404, { error: 'Object Not Found', reason: 'Not Found' });

export const vhostBody = (w, name) => ({
  name, description: '', tags: [], default_queue_type: 'classic', protected_from_deletion: false, tracing: false, ...w.vhostDetails[name],
  messages: w.queues.filter((q) => q.vhost === name).reduce((n, q) => n + q.messages_ready, 0), message_stats: { publish_details: { rate: 812 }, deliver_get_details: { rate: 790 } },
});

const policiesAt = (list) => ({
  get: ({ w, path, reply }) => reply(200, w[list].filter((p) => !path[1] || p.vhost === path[1])),
  put: ({ w, path, body, reply }) => {
    if (Object.keys(body.definition).length === 0) return reply(400, { error: 'bad_request', reason: 'Validation failed\n\nno policy provided\n' });
    const there = w[list].some((p) => p.vhost === path[1] && p.name === path[2]);
    w[list] = [...w[list].filter((p) => !(p.vhost === path[1] && p.name === path[2])), { vhost: path[1], name: path[2], ...body }];
    reply(there ? 204 : 201);
  },
  del: ({ w, path, reply }) => {
    w[list] = w[list].filter((p) => !(p.vhost === path[1] && p.name === path[2]));
    reply(204);
  },
});
const policies = policiesAt('policies'), operatorPolicies = policiesAt('operatorPolicies');

const definitionsOf = (w, vhost) => {
  const here = (list) => list.filter((o) => !vhost || o.vhost === vhost);
  return {
    rabbitmq_version: '4.3.6', users: w.users, vhosts: w.vhosts.map((name) => ({ name, ...w.vhostDetails[name] })), permissions: here(w.permissions), topic_permissions: here(w.topics), parameters: [], global_parameters: w.globals,
    policies: here(w.policies), exchanges: here(w.exchanges).filter((x) => x.name && !x.name.startsWith('amq.')).map(({ name, vhost, type, durable, auto_delete, internal, arguments: args }) => ({ name, vhost, type, durable, auto_delete, internal, arguments: args })),
    queues: here(w.queues).map(({ name, vhost, durable, auto_delete, arguments: args }) => ({ name, vhost, durable, auto_delete, arguments: args })), bindings: [],
  };
};

/** What becomes of any file in YAML. */
const yamlPlan = (prune) => ({
  counts: { create: 1, ...prune && { delete: 1 } }, complete: true, records: [
    { action: 'create', kind: 'queue', vhost: '/', is: { name: 'new', vhost: '/' } },
    ...prune ? [{ action: 'delete', kind: 'queue', vhost: '/', owner: 'shop', was: { name: 'old', vhost: '/' }, is: { name: 'old', vhost: '/' } }] : [],
  ],
});

/** The field "file" of a form. */
const fileIn = (text) => JSON.parse(/\r\n\r\n([^]*?)\r\n--/.exec(text)[1]);

const lines = [
  ['info', 'starts', { version: '0.5.0' }], ['info', 'listens', { protocol: 'amqp', address: '[::]:5672' }], ['debug', 'connection open', { peer: '10.0.1.17:40311', user: 'orders' }],
  ['warn', 'login refused', { user: 'mallory', peer: '10.0.9.1:51200' }], ['error', 'disk is low', { free: '48 MiB', limit: '50 MiB' }],
];
const ranks = ['debug', 'info', 'warn', 'error'];

function log({ w, query, reply }) {
  const least = ranks.indexOf(query.get('level') ?? 'debug'), q = query.get('q') ?? '';
  reply(200, {
    level: w.logLevel,
    lines: lines.map(([level, message, details], i) => ({ id: i + 1, time: Date.now() - (lines.length - i) * 61e3, level, message, details })).filter((l) => ranks.indexOf(l.level) >= least && JSON.stringify(l).includes(q)),
  });
}

const entries = [
  { id: 9, user: 'guest', via: 'http', from: '10.0.0.9:52100', action: 'policy.set', vhost: '/', name: 'limits', details: { pattern: '^(orders|invoices)', priority: 0 }, result: 'ok' },
  { id: 8, user: 'orders', via: 'AMQP 0-9-1', from: '10.0.1.17:40311 -> 10.0.0.2:5672', action: 'queue.deleted', vhost: '/', name: 'invoices', result: "access to queue 'invoices' in vhost '/' refused for user 'orders'", repeated: 3 },
  { id: 7, user: 'rmq-internal', via: '', from: '', action: 'queue.deleted', vhost: 'staging', name: 'amq.gen-8xQ', details: {}, result: 'ok' },
];

function audit({ query, reply }) {
  const name = query.get('name') ?? '', user = query.get('user'), before = Number(query.get('before') ?? 99);
  const found = entries.filter((e) => e.name.includes(name) && (!user || e.user === user) && e.id < before && (query.get('refused') !== 'true' || e.result !== 'ok'));
  reply(200, { entries: found.map((e) => ({ ...e, time: Date.now() - (20 - e.id) * 3e6 })), ...(before > 9 && found.length > 2 && { next: 7 }) });
}

const settings = [
  { key: 'listen.amqp', value: ':5672', default: ':5672', origin: 'default', where: 'listen.amqp', type: 'address', description: 'where AMQP clients connect' },
  { key: 'limits.frame_max', value: '131072', default: '131072', origin: 'default', where: 'limits.frame_max', type: 'bytes', description: 'the largest frame a client may send' },
  { key: 'memory.limit', value: '60%', default: '60%', origin: 'environment', where: 'HUTCHMQ_MEMORY_LIMIT', type: 'share', description: 'where publishers are blocked' },
];

const x = {
  log: only('monitoring', (r) => r.path[2] === 'level' ? r.reply(200, { level: r.w.logLevel }) : log(r)), audit: admin(audit), config: admin(({ reply }) => reply(200, { settings })),
  'permission-test': ({ w, query, reply }) => {
    const p = w.permissions.find((o) => o.user === query.get('user') && o.vhost === query.get('vhost'));
    if (!p) return reply(200, { allowed: false, reason: 'the user has no permission in the vhost, and cannot connect to it' });
    const right = query.get('right'), allowed = new RegExp(p[right]).test(query.get('resource'));
    reply(200, { allowed, reason: `the ${right} permission ${allowed ? 'matches' : 'does not match'} the name`, pattern: p[right] });
  },
};

const limitRoutes = {
  'GET vhost-limits': ({ w, path, reply }) => reply(200, Object.entries(w.vhostLimits).filter(([v, l]) => Object.keys(l).length && (!path[1] || v === path[1])).map(([vhost, value]) => ({ vhost, value }))),
  'PUT vhost-limits': admin(({ w, path, body, reply }) => reply(204, void ((w.vhostLimits[path[1]] ??= {})[path[2]] = body.value))),
  'DELETE vhost-limits': admin(({ w, path, reply }) => reply(204, void delete w.vhostLimits[path[1]]?.[path[2]])),
  'GET user-limits': ({ w, reply }) => reply(200, w.users.filter((u) => Object.keys(u.limits).length && (has(w, 'administrator') || u.name === 'guest')).map((u) => ({ user: u.name, value: u.limits }))),
  'PUT user-limits': admin(({ w, path, body, reply }) => reply(204, void (w.users.find((u) => u.name === path[1]).limits[path[2]] = body.value))),
  'DELETE user-limits': admin(({ w, path, reply }) => reply(204, void delete w.users.find((u) => u.name === path[1]).limits[path[2]])),
};

/** @param {(r: any, all: any[]) => any} list  how lists are answered */
export const adminRoutes = (list) => ({
  ...limitRoutes,
  'GET users': admin((r) => {
    const { w, path, reply } = r;
    if (!path[1]) return list(r, w.users);
    const u = w.users.find((o) => o.name === path[1]);
    if (!u) return notFound(reply);
    if (path[2] === 'permissions') return reply(200, w.permissions.filter((p) => p.user === u.name));
    if (path[2] === 'topic-permissions') return reply(200, w.topics.filter((p) => p.user === u.name));
    reply(200, u);
  }),
  'PUT users': admin(({ w, path, body, reply }) => {
    const was = w.users.find((u) => u.name === path[1]);
    const u = { limits: {}, hashing_algorithm: 'rabbit_password_hashing_sha256', ...was, name: path[1], tags: body.tags, password_hash: body.password ? 'hashed' : body.password_hash ?? was?.password_hash ?? '' };
    w.users = [...w.users.filter((o) => o !== was), u];
    reply(was ? 204 : 201);
  }),
  'POST users': admin(({ w, body, reply }) => {
    w.users = w.users.filter((u) => !body.users.includes(u.name));
    reply(204);
  }),
  'GET permissions': admin(({ w, reply }) => reply(200, w.permissions)),
  'PUT permissions': admin(({ w, path, body, reply }) => {
    w.permissions = [...w.permissions.filter((p) => !(p.vhost === path[1] && p.user === path[2])), { vhost: path[1], user: path[2], ...body }];
    reply(201);
  }),
  'DELETE permissions': admin(({ w, path, reply }) => {
    w.permissions = w.permissions.filter((p) => !(p.vhost === path[1] && p.user === path[2]));
    reply(204);
  }),
  'PUT topic-permissions': admin(({ w, path, body, reply }) => {
    w.topics.push({ vhost: path[1], user: path[2], ...body });
    reply(201);
  }),
  'DELETE topic-permissions': admin(({ w, path, reply }) => {
    w.topics = w.topics.filter((t) => t.exchange !== path[3]);
    reply(204);
  }),
  'PUT vhosts': admin(({ w, path, body, reply }) => {
    const there = w.vhosts.includes(path[1]);
    if (!there) w.vhosts.push(path[1]);
    w.vhostDetails[path[1]] = { ...w.vhostDetails[path[1]], ...body };
    reply(there ? 204 : 201);
  }),
  'POST vhosts': admin(({ w, path, reply }) => reply(204, void (w.vhostDetails[path[1]].protected_from_deletion = true))),
  'DELETE vhosts': admin(({ w, path, reply }) => {
    if (path[2] === 'deletion') w.vhostDetails[path[1]].protected_from_deletion = false;
    else w.vhosts = w.vhosts.filter((v) => v !== path[1]);
    reply(204);
  }),
  'GET policies': policies.get, 'PUT policies': only('policymaker', policies.put), 'DELETE policies': only('policymaker', policies.del),
  'GET operator-policies': operatorPolicies.get, 'PUT operator-policies': admin(operatorPolicies.put), 'DELETE operator-policies': admin(operatorPolicies.del),
  'GET definitions': admin(({ w, path, reply }) => reply(200, definitionsOf(w, path[1]))),
  'POST definitions': admin(({ w, text, reply }) => {
    const d = fileIn(text);
    for (const p of d.policies ?? []) w.policies = [...w.policies.filter((o) => o.name !== p.name), p];
    for (const q of d.queues ?? []) if (!w.queues.some((o) => o.name === q.name && o.vhost === q.vhost)) w.queues.push({ ...w.queues[0], ...q });
    reply(204);
  }),
  'GET cluster-name': ({ w, reply }) => reply(200, { name: w.clusterName }),
  'PUT cluster-name': admin(({ w, body, reply }) => reply(204, void (w.clusterName = body.name))),
  'GET feature-flags': ({ reply }) => reply(200, [
    { name: 'quorum_queue', desc: 'Support queues of type `quorum`', state: 'enabled', stability: 'required' }, { name: 'user_limits', desc: 'Configure connection and channel limits for a user', state: 'enabled', stability: 'required' },
  ]),
  'GET x': (r) => x[r.path[1]] ? x[r.path[1]](r) : notFound(r.reply),
  'PUT x': admin(({ w, body, reply }) => reply(204, void (w.logLevel = body.level))),
  'POST x': admin(({ w, path, text, query, reply }) => {
    if (path[1] !== 'definitions' || !w.plans) return notFound(reply);
    if (text.includes('filename="definitions.yaml"')) return reply(200, yamlPlan(query.get('prune') === 'true'));
    const d = fileIn(text), is = d.queues[0];
    reply(200, { counts: { create: 1, keep: 2 }, complete: true, records: [{ action: 'create', kind: 'queue', vhost: is.vhost, is }] });
  }),
});
