// What people do, from the first key to what the broker is asked for.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { fake, hostile } from './fake.mjs';

let f, browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());
beforeEach(async (t) => {
  f = await fake({ hostile: true });
  t.after?.(() => f.close());
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
const asked = (method, ...path) => f.world.asked.filter((a) => a.method === method && path.every((s, i) => a.path[i] === s));
const note = (page, text) => page.waitForSelector(`.note:has-text(${JSON.stringify(text)})`);

journey('log in, be refused, come back to where one wanted to go, log out', { ignore: /401/ }, async (page, p) => {
  f.world.session = false;
  await p.go('#/queues?name=paid');
  assert.deepEqual(await p.axe(), []);
  await page.fill('input[name=username]', 'guest');
  await page.fill('input[name=password]', 'wrong');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=Name or password is wrong.');
  await page.fill('input[name=password]', 'guest');
  await page.keyboard.press('Enter');
  await page.waitForSelector('td >> text=orders.paid');
  assert.equal(asked('POST', 'login').at(-1).text, 'username=guest&password=guest');
  await page.click('.user summary');
  await page.click('text=Log out');
  await page.waitForSelector('main.login');
});

journey('a session that has ended leads to the login, and closes what was asked', { ignore: /401/ }, async (page, p) => {
  await p.go('#/queues/%2F/orders.paid');
  await page.click('text=Delete');
  f.world.session = false;
  await page.waitForSelector('main.login');
  assert.equal(await page.locator('dialog').count(), 0);
});

journey('find a queue by keys alone, and delete it', {}, async (page, p) => {
  await p.go('#/queues');
  await page.keyboard.press('/');
  await page.keyboard.type('invoices.r');
  await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 2);
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("invoices.retry")');
  await page.click('text=Delete');
  const button = page.locator('dialog button[type=submit]');
  assert.ok(await button.isDisabled(), 'the name is not typed yet');
  await page.keyboard.type('invoices.retry');
  await page.keyboard.press('Enter');
  await note(page, 'Queue invoices.retry is deleted.');
  await page.waitForSelector('h1:has-text("Queues")');
  assert.equal(asked('DELETE', 'queues', '/', 'invoices.retry').length, 1);
});

journey('what is refused is said in words', { ignore: /412/ }, async (page, p) => {
  await p.go('#/queues/%2F/payments.settle');
  await page.click('text=Delete');
  await page.keyboard.type('payments.settle');
  await page.keyboard.press('Enter');
  await note(page, "queue 'payments.settle' in vhost '/' is protected from deletion");
  assert.ok(await page.isVisible('dialog'), 'the question stays');
});

journey('add a queue with arguments', {}, async (page, p) => {
  await p.go('#/queues');
  await page.click('text=Add a queue');
  await page.keyboard.type('orders.new');
  await page.selectOption('dialog select >> nth=1', 'quorum');
  await page.click('dialog >> text=Message TTL');
  await page.fill('dialog input[aria-label="Value of x-message-ttl"]', 'soon');
  await page.click('text=Add the queue');
  await note(page, 'x-message-ttl wants a number.');
  await page.fill('dialog input[aria-label="Value of x-message-ttl"]', '60000');
  await page.click('text=Add the queue');
  await page.waitForSelector('h1:has-text("orders.new")');
  assert.deepEqual(JSON.parse(asked('PUT', 'queues', '/', 'orders.new')[0].text), { durable: true, auto_delete: false, arguments: { 'x-message-ttl': 60000, 'x-queue-type': 'quorum' } });
});

journey('publish to a queue, get from it, purge it', {}, async (page, p) => {
  await p.go('#/queues/%2F/orders.dead');
  await page.click('text=Publish');
  await page.fill('dialog textarea', '{"a":1}');
  await page.click('dialog button[type=submit]');
  await note(page, 'The message is published.');
  const sent = asked('POST', 'exchanges')[0];
  assert.deepEqual([sent.path, JSON.parse(sent.text)], [['exchanges', '/', 'amq.default', 'publish'], { properties: { delivery_mode: 2, headers: {} }, routing_key: 'orders.dead', payload: '{"a":1}', payload_encoding: 'string' }]);
  await page.click('text=Get');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('.message:has-text(\'"order":8331\')');
  assert.deepEqual(JSON.parse(asked('POST', 'queues')[0].text), { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto', truncate: 50000 });
  await page.keyboard.press('Escape');
  await page.click('.page-head >> text=Purge');
  await page.click('dialog >> text=/Purge 12,43\\d messages/');
  await note(page, 'Queue orders.dead is purged.');
  await page.waitForFunction(() => document.querySelector('.fact b')?.textContent === '0');
});

journey('a message that reaches no queue is no success', {}, async (page, p) => {
  await p.go('#/exchanges/%2F/orders');
  await page.click('text=Publish');
  await page.fill('dialog input', 'nobody.listens');
  await page.click('dialog button[type=submit]');
  await note(page, 'No binding of orders matches the routing key "nobody.listens"');
});

journey('pause a queue and go on', {}, async (page, p) => {
  await p.go('#/queues/%2F/orders.paid');
  await page.click('.page-head >> text=Pause');
  await page.waitForSelector('.page-head >> text=paused');
  await page.click('.page-head >> text=Go on');
  await page.waitForSelector('.page-head >> text=running');
  assert.deepEqual(asked('PUT', 'queues').map((a) => a.path[3]), ['pause', 'resume']);
});

journey('bind and unbind', {}, async (page, p) => {
  await p.go('#/exchanges/%2F/payments?tab=bindings');
  await page.waitForSelector('text=Nothing is bound to it');
  await page.click('text=Bind a queue or an exchange');
  await page.fill('dialog input >> nth=0', 'orders.paid');
  await page.fill('dialog input >> nth=1', 'eu');
  await page.keyboard.press('Enter');
  await page.waitForSelector('td >> text=orders.paid');
  await page.click('button[aria-label="Unbind eu of payments"]');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=Nothing is bound to it');
  assert.deepEqual(asked('DELETE', 'bindings')[0].path, ['bindings', '/', 'e', 'payments', 'q', 'orders.paid', 'eu']);
});

journey('close a connection with a reason', {}, async (page, p) => {
  await p.go('#/connections');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.click('text=Close…');
  await page.keyboard.type('upgrade');
  await page.keyboard.press('Enter');
  await note(page, 'orders-api closed.');
  assert.equal(asked('DELETE', 'connections')[0].headers['x-reason'], 'upgrade');
});

journey('select two queues and purge them', {}, async (page, p) => {
  await p.go('#/queues');
  for (const key of ['j', 'j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await page.click('text=Purge…');
  await page.click('dialog >> text=/Purge 1,\\d+ messages/');
  await note(page, '2 queues purged.');
  assert.deepEqual(asked('DELETE', 'queues').map((a) => a.path.slice(2)), [['orders.paid', 'contents'], ['orders.shipped', 'contents']]);
});

journey('the palette finds by name', {}, async (page, p) => {
  await p.go('#/');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('thumb');
  await page.waitForSelector('.palette li:has-text("thumbnails")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("thumbnails")');
});

journey('a list is what its address says', {}, async (page, p) => {
  await p.go('#/queues?sort=messages_ready&sort_reverse=true&cols=messages_ready&name=ord&page_size=25');
  assert.equal(await page.innerText('tbody tr:first-child .name a'), 'orders.dead');
  assert.deepEqual((await page.locator('thead th').allInnerTexts()).map((t) => t.trim().replace(/\s+/g, ' ')).filter(Boolean), ['Name', 'Ready ↓']);
  await page.click('th >> text=Name');
  await page.waitForFunction(() => location.hash.includes('sort=name'));
  await page.click('summary[aria-label=Columns]');
  await page.click('.columns .menu-box >> text=Consumers');
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('cols=name,messages_ready,consumers'));
});

journey('paused is paused, and a broker that is gone is said to be', { ignore: /ERR_EMPTY_RESPONSE/ }, async (page, p) => {
  await p.go('#/queues');
  await page.keyboard.press('p');
  await page.waitForSelector('.live.paused');
  await page.waitForTimeout(200);
  const before = asked('GET', 'queues').length;
  await page.waitForTimeout(2300);
  assert.equal(asked('GET', 'queues').length, before);
  f.world.down = true;
  await page.keyboard.press('p');
  await page.waitForSelector('.unreachable');
  assert.ok(await page.isVisible('td >> text=orders.paid'), 'what was known stays');
  f.world.down = false;
  await page.waitForSelector('.unreachable', { state: 'detached', timeout: 5000 });
});

journey('who comes back to the tab often does not ask more often', {}, async (page, p) => {
  await p.go('#/queues');
  await page.evaluate(() => { for (let i = 0; i < 9; i++) document.dispatchEvent(new Event('visibilitychange')); });
  await page.waitForTimeout(300);
  const before = asked('GET', 'queues').length;
  await page.waitForTimeout(4500);
  assert.ok(asked('GET', 'queues').length - before <= 3, 'asks more than every two seconds');
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }));
  await page.waitForTimeout(2500);
  const hidden = asked('GET', 'queues').length;
  await page.waitForTimeout(2500);
  assert.equal(asked('GET', 'queues').length, hidden, 'asks while nobody looks');
});

journey('hostile names are text', {}, async (page, p) => {
  await p.go('#/queues');
  const names = await page.locator('td.name a').allTextContents();
  for (const name of hostile) assert.ok(names.includes(name), `no ${name}`);
  for (const name of hostile) {
    await p.go('#/queues/%2F/' + encodeURIComponent(name) + '?tab=bindings');
    assert.equal(await page.textContent('h1'), name);
    assert.equal(await p.overflow(), 0, name);
  }
  await page.click('text=Delete');
  assert.ok((await page.textContent('dialog h2')).includes(hostile.at(-1)));
  assert.equal(await page.evaluate(() => window.broken), undefined);
});

journey('ten thousand queues: a page of them, and few rows in the page', {}, async (page, p) => {
  f.close();
  f = await fake({ queues: 10000 });
  const q = await browser.page({ url: f.url });
  const began = Date.now();
  await q.go('#/queues?page_size=500');
  assert.ok(Date.now() - began < 5000, 'slow');
  assert.ok(await q.page.locator('tbody tr').count() < 100, 'all rows are drawn');
  assert.match(await q.page.innerText('.found'), /10,000 queues/);
  const last = await q.page.evaluate(async () => {
    scrollTo(0, document.body.scrollHeight);
    await new Promise((later) => setTimeout(later, 300));
    return document.querySelectorAll('tbody tr:not(.gap)').length > 10 && document.querySelector('tbody tr:not(.gap):last-child td.name')?.textContent;
  });
  assert.ok(last, 'the end of the list is drawn');
  assert.deepEqual(q.wrong, []);
  await q.close();
});

journey('who may do nothing is offered nothing of it', {}, async (page, p) => {
  f.world.tags = ['management'];
  await p.go('#/queues/%2F/orders.paid');
  assert.equal(await page.locator('.page-head >> text=Pause').count(), 0);
  assert.equal(asked('GET', 'nodes').length, 0);
});

journey('a phone has four pages in its bar, and the others behind More', { width: 360, height: 740 }, async (page, p) => {
  await p.go('#/');
  const bar = () => page.locator('.rail a:visible, .rail button:visible').allInnerTexts().then((t) => t.map((s) => s.trim()));
  assert.deepEqual(await bar(), ['Overview', 'Queues', 'Exchanges', 'Connections', 'More']);
  assert.equal(await page.evaluate(() => { const r = document.querySelector('.rail'); return r.scrollWidth - r.clientWidth; }), 0);
  await page.focus('.rail .more button');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog.sheet >> text=Dead letters');
  await p.shot('more-phone');
  assert.deepEqual(await p.axe(), []);
  assert.equal(await p.overflow(), 0);
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'More', 'the focus is where it was');
  await page.keyboard.press('Enter');
  await page.click('dialog.sheet >> text=Audit');
  await page.waitForSelector('h1:has-text("Audit")');
  assert.equal(await page.locator('dialog').count(), 0);
  await page.click('.rail .more button.current');
  assert.equal(await page.locator('dialog.sheet [aria-current=page]').innerText(), 'Audit');
});
