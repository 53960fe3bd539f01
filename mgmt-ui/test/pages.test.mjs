// Every page, in both themes and on a phone: it shows what it should, nothing
// is wrong in the console, nothing is asked of another host, and it is
// accessible. The screenshots are for people to look at.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { fake } from './fake.mjs';

const connection = '10.0.1.17:40311 -> 10.0.0.2:5672';

/** Pages, texts that must be there, and what may go wrong. */
const pages = [
  ['overview', '#/', ['Overview', 'Messages per second', 'Needs attention', 'orders.dead', 'amqp/ssl']],
  ['queues', '#/queues', ['24 queues', 'orders.paid', 'quorum', 'paused', '◆ none']],
  ['queue', '#/queues/%2F/orders.paid', ['orders.paid', 'Messages in the queue', 'Publish']],
  ['queue-deduplication', '#/queues/%2F/orders.created', ['De-duplication', '412 of messages in it']],
  ['queue-consumers', '#/queues/%2F/orders.paid?tab=consumers', [connection.split(' ')[0], 'by hand']],
  ['queue-no-consumers', '#/queues/%2F/orders.dead?tab=consumers', ['Nobody takes from this queue', 'channel.consume("orders.dead")']],
  ['queue-bindings', '#/queues/%2F/orders.paid?tab=bindings', ['order.paid.#', 'orders']],
  ['queue-settings', '#/queues/%2F/orders.created?tab=settings', ['x-message-ttl: 60000', 'By policies']],
  ['exchanges', '#/exchanges', ['8 exchanges', '(default)', 'topic']],
  ['exchange', '#/exchanges/%2F/orders', ['orders', 'Messages per second', 'De-duplication', '81,204 of 100,000', 'Forget the keys']],
  ['exchange-bindings', '#/exchanges/%2F/orders?tab=bindings', ['order.created.#', 'orders.created']],
  ['exchange-default', '#/exchanges/%2F/amq.default?tab=bindings', ['leads to every queue']],
  ['connections', '#/connections', ['6 connections', 'orders-api', 'pika 1.3.2', 'blocked', 'TLS']],
  ['connection', '#/connections/' + encodeURIComponent(connection), ['orders-worker-1', 'Python 3.11.2', 'Bytes per second', 'confirms']],
  ['channels', '#/channels', ['12 channels', connection.split(' ')[0] + ' (1)']],
  ['channel', '#/channels/' + encodeURIComponent(connection + ' (2)'), ['Deliveries', 'orders.created']],
  ['queue-messages', '#/queues/%2F/orders.dead?tab=messages', ['order.paid.eu', 'nothing is taken', 'dead letter', 'tenant: a']],
  ['queue-messages-filter', '#/queues/%2F/orders.dead?tab=messages&header=tenant:b&died=invoices', ['order.paid.us', 'died in invoices']],
  ['queue-messages-none', '#/queues/%2F/reports.nightly?tab=messages', ['No message is ready']],
  ['queue-unacked', '#/queues/%2F/orders.paid?tab=messages&state=unacked', ['10.0.1.17', 'got by hand']],
  ['dead-letters', '#/dead-letters', ['orders.dead', 'rejected', 'No dead letters wait in vhost staging.']],
  ['delayed', '#/delayed', ['3 messages held', 'order.reminder', 'transient', 'Cancel…']],
  ['delayed-filter', '#/delayed?key=no*', ['No message is like that']],
  ['schedules', '#/schedules', ['2 schedules', '0 9 * * 1-5', 'every 15m', 'paused', 'Add a schedule']],
  ['topology', '#/topology', ['orders.dead', 'no consumer', 'orders.dlx', 'order.paid.#']],
  ['topology-focus', '#/topology?focus=orders.dead', ['Around', 'orders.dlx']],
  ['topology-nothing', '#/topology?focus=none', ['Nothing is called none'], /404/],
  ['policies', '#/policies', ['limits', '^(orders|invoices)', 'max-length: 100000', '2 policies']],
  ['policies-operators', '#/policies?of=operators', ['bounds', '1 operator policy']],
  ['users', '#/users', ['orders', '4 users', 'monitoring', 'you', '◆ none']],
  ['user', '#/users/orders', ['Permissions', '^orders\\.', 'cannot connect', 'May it?', '40 connections', '^order\\.']],
  ['vhosts', '#/vhosts', ['staging', 'What is tried before it counts', 'protected']],
  ['vhost', '#/vhosts/staging', ['Who may use it', '64 connections', '● all', 'billing-7', '184,467']],
  ['limits', '#/limits', ['Of vhosts', 'staging', 'orders', 'full', '1 min 23 s']],
  ['definitions', '#/definitions', ['Export', 'Import', 'rabbit@here']],
  ['node', '#/nodes/rabbit@here', ['Where the memory is', 'Messages', 'A sync takes', 'Go go1.26.8', 'http/prometheus']],
  ['node-settings', '#/nodes/rabbit@here?tab=settings', ['memory.limit', 'environment']],
  ['log', '#/log', ['login refused', 'mallory', 'warn']],
  ['log-empty', '#/log?q=nothing', ['No line is like that']],
  ['audit', '#/audit', ['policy.set', '▲ refused', 'the broker']],
  ['features', '#/feature-flags', ['quorum_queue', '2 flags']],
  ['no-user', '#/users/nobody', ['This cannot be shown'], /404/],
  ['nowhere', '#/no/such/page', ['There is no such page']],
  ['gone', '#/queues/%2F/none', ['This cannot be shown', 'It is not there (any more).'], /404/],
];

let f, browser;
before(async () => {
  f = await fake();
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
  f.close();
});

const modes = [['light', {}], ['dark', { dark: true }], ['phone', { width: 360, height: 740 }]];

for (const [mode, options] of modes) {
  describe(mode, () => {
    let p;
    before(async () => { p = await browser.page({ url: f.url, ...options }); });
    after(() => p.close());
    for (const [name, hash, texts, mayFail] of pages) {
      test(name, async () => {
        await p.page.goto(f.url + hash);
        // A phone has fewer columns: there, the first must do.
        for (const text of mode === 'phone' ? texts.slice(0, 1) : texts) await p.shows(text);
        assert.deepEqual(await p.stray(), []);
        assert.deepEqual(await p.axe(), []);
        assert.equal(await p.overflow(), 0, 'scrolls sideways');
        await p.shot(`${name}-${mode}`);
        assert.deepEqual(p.wrong.splice(0).filter((w) => !mayFail?.test(w)), []);
      });
    }
  });
}

test('charts are drawn, and tell their numbers to who cannot see them', async () => {
  const p = await browser.page({ url: f.url });
  await p.go('#/');
  await p.page.waitForSelector('.picture canvas');
  const label = await p.page.getAttribute('.picture', 'aria-label');
  assert.match(label, /^Messages per second: publish [\d,]+, deliver [\d,]+/);
  await p.page.click('.chart button[aria-label="Show as a table"]');
  assert.ok(await p.page.locator('.chart-table tbody tr').count() > 30);
  assert.deepEqual(await p.axe(), []);
  await p.page.click('text=10 min');
  await p.page.waitForFunction(() => document.querySelectorAll('.chart-table tbody tr').length > 100);
  assert.ok(f.world.asked.some((a) => a.query.includes('msg_rates_age=600&msg_rates_incr=5')));
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('what the pages ask for is allowed by the policy, and nothing is inline', async () => {
  const p = await browser.page({ url: f.url });
  const answer = await p.page.goto(f.url);
  assert.match(answer.headers()['content-security-policy'], /style-src 'self';/);
  await p.close();
});
