// Pages that live by the stream of events, and without it.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { fake } from './fake.mjs';

let f, w, browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());
beforeEach(async () => {
  f = await fake();
  w = f.world;
});
const journey = (name, options, run) => test(name, async () => {
  const p = await browser.page({ url: f.url, ...options });
  try {
    await run(p.page, p);
    assert.deepEqual(p.wrong, []);
  } finally {
    await p.close();
    f.close();
  }
});
const until = async (what, holds) => { // who was kept waiting by a stream may take its time to try again
  for (let i = 0; i < 300; i++) {
    if (holds()) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  assert.fail(what);
};
const gets = () => w.asked.filter((a) => a.method === 'GET').map((a) => a.path.join('/'));
const about = (path) => w.listened.at(-1)?.some((p) => p.startsWith(path));
/** Waits until the page lives by the stream alone. */
const settled = async (page, path) => {
  await until(`no stream about ${path}`, () => w.streams.size === 1 && about(path));
  await page.waitForTimeout(300);
  w.asked.length = 0;
};

journey('numbers change, lists grow and charts go on with no GET', {}, async (page, p) => {
  await p.go('#/queues?name=orders.paid');
  await settled(page, 'queues?');
  const paid = w.queues.find((q) => q.name === 'orders.paid');
  paid.messages_ready = 77123;
  await page.waitForSelector('td >> text=77,123');
  w.queues.push({ ...paid, name: 'orders.paid.too' });
  await page.waitForSelector('td >> text=orders.paid.too');

  await p.go('#/queues/%2F/orders.paid');
  await settled(page, 'queues/%2F/orders.paid?');
  const label = () => page.getAttribute('.picture >> nth=1', 'aria-label');
  const was = await label();
  await page.waitForFunction((l) => document.querySelectorAll('.picture')[1].getAttribute('aria-label') !== l, was);
  w.queues = w.queues.filter((q) => q !== paid);
  await page.waitForSelector('text=The queue is deleted.');
  w.queues.push({ ...paid, messages_ready: 5 });
  await page.waitForSelector('.fact:has-text("Ready") >> text=5');
  assert.deepEqual(gets(), []);
});

for (const [how, options] of [['refused', { ignore: /429/ }], ['held', {}]]) {
  journey(`a stream that is ${how}: the page is asked for, and later streamed`, options, async (page, p) => {
    w.streaming = how;
    await p.go('#/queues?name=orders.paid');
    await until('no stream was tried', () => w.listened.length > 0);
    w.queues.find((q) => q.name === 'orders.paid').messages_ready = 77123;
    await page.waitForSelector('td >> text=77,123');
    await until('it is asked for once', () => gets().filter((g) => g === 'queues').length > 2);
    w.streaming = 'fine';
    await until('it stays with GET', () => w.streams.size === 1 && w.listened.length > 1);
    await settled(page, 'queues?');
    w.queues.find((q) => q.name === 'orders.paid').messages_ready = 88123;
    await page.waitForSelector('td >> text=88,123');
    assert.deepEqual(gets(), []);
  });
}

journey('a broker that goes away and comes back', { ignore: /ERR_|Failed to load/ }, async (page, p) => {
  await p.go('#/queues?name=orders.paid');
  await settled(page, 'queues?');
  w.down = true;
  await page.waitForSelector('.unreachable');
  w.down = false;
  w.queues.find((q) => q.name === 'orders.paid').messages_ready = 77123;
  await page.waitForSelector('td >> text=77,123');
  await page.waitForSelector('.unreachable', { state: 'detached' });
  await settled(page, 'queues?');
});

journey('there is one stream: not when nobody looks, and no more after all the pages', {}, async (page, p) => {
  for (const hash of ['', 'queues', 'queues/%2F/orders.paid', 'exchanges', 'connections', 'channels', 'topology', 'nodes/rabbit@here']) {
    w.listened.length = 0;
    await p.go('#/' + hash);
    await page.waitForTimeout(500);
    assert.ok(w.listened.length <= 2, `${hash}: ${w.listened.length} streams for one page`);
    assert.equal(w.streams.size, 1, hash);
  }
  assert.ok(about('nodes/rabbit%40here?'));
  assert.ok(!about('topology'), 'what is no longer shown');
  await page.click('button.live');
  await until('paused, it goes on', () => w.streams.size === 0);
  await page.click('button.live');
  await until('it does not go on', () => w.streams.size === 1);
  const turnTab = (hidden) => page.evaluate((h) => {
    Object.defineProperty(document, 'hidden', { value: h, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await turnTab(true);
  await until('hidden, it goes on', () => w.streams.size === 0);
  await page.waitForTimeout(200); // for what was asked before
  w.asked.length = 0;
  await page.waitForTimeout(2500);
  assert.deepEqual(gets(), [], 'nobody looks');
  await turnTab(false);
  await until('it does not go on', () => w.streams.size === 1);
  await page.click('.user summary');
  await page.click('text=Log out');
  await page.waitForSelector('main.login');
  await until('logged out, it goes on', () => w.streams.size === 0);
});
