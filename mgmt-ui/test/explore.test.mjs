// What people do with messages, dead letters and the topology.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { fake, hostile } from './fake.mjs';

let f, browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());
const journey = (name, options, run) => test(name, async () => {
  f = await fake({ hostile: true, ...options });
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
const rows = (page, n) => page.waitForFunction((want) => document.querySelectorAll('table.messages tbody tr').length === want, n);

journey('look into a queue, filter, read a message', {}, async (page, p) => {
  await p.go('#/queues/%2F/orders.dead?tab=messages');
  await rows(page, 50);
  await page.fill('.message-filter label:has-text("Header") input', 'tenant:b');
  await page.fill('.message-filter label:has-text("Routing key") input', '*.us');
  await page.fill('.message-filter label:has-text("Text") input', '"order":8335');
  await rows(page, 1);
  assert.match(page.url(), /header=tenant%3Ab/);
  await page.click('table.messages .link');
  await page.waitForSelector('dialog .tree');
  assert.match(await page.innerText('dialog .tree'), /customer:[^]*Ada 注文/);
  assert.match(await page.innerText('dialog .deaths li >> nth=0'), /orders.retry.*expired/s);
  assert.deepEqual(await p.axe(), []);
  await p.shot('message-light');
  await page.click('dialog >> text=hex');
  assert.match(await page.innerText('dialog pre'), /^000000 {2}7b 22 6f 72 64 65 72 22 {2}3a/);
  await page.click('dialog >> text=raw');
  assert.match(await page.innerText('dialog pre'), /^\{"order":8335/);
  await page.click('dialog >> text=Copy as publish');
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(command, /^curl .*\/api\/exchanges\/%2F\/orders.dlx\/publish' -d '\{"properties":/);
  assert.equal(asked('POST', 'queues').length, 0, 'nothing is taken');
});

journey('a message that is gone is said to be', {}, async (page, p) => {
  await p.go('#/queues/%2F/orders.dead?tab=messages');
  await rows(page, 50);
  await Promise.all([page.waitForResponse((r) => r.url().includes('/messages?')), page.click('text=live')]); // it asks once more, and stands still
  await page.waitForTimeout(100);
  f.world.messages.get('/\norders.dead').shift();
  await page.click('table.messages .link >> nth=0');
  await page.waitForSelector('dialog >> text=It is no longer in the queue');
});

journey('select, try, move; copy what matches; delete', {}, async (page, p) => {
  await p.go('#/queues/%2F/orders.dead?tab=messages');
  await page.click('input[aria-label="Select message 8332"]');
  for (const key of 'jjjjx') await page.keyboard.press(key);
  assert.ok(await page.isChecked('input[aria-label="Select message 8334"]'));
  await page.waitForSelector('text=2 messages selected');
  await page.click('.bulk >> text=Move…');
  await page.fill('dialog input >> nth=0', 'invoices');
  await page.click('dialog >> text=Dry run');
  await page.waitForSelector('.outcome:has-text("2 messages would be moved")');
  assert.deepEqual(await p.axe(), []);
  await p.shot('move-light');
  await page.click('dialog button[type=submit]');
  await note(page, '2 messages moved.');
  const sent = asked('POST', 'x').map((a) => [a.path.slice(2).join('/'), JSON.parse(a.text)]);
  assert.deepEqual(sent[1], ['//orders.dead/messages/move', { ids: sent[0][1].ids, to: { queue: 'invoices' } }]);
  assert.ok(sent[0][1].dry_run && sent[0][1].ids.every((id) => typeof id === 'string'), 'a number would be rounded');
  await page.waitForSelector('.job:has-text("to queue invoices")');

  await page.fill('.message-filter label:has-text("Header") input', 'tenant:c');
  await page.waitForSelector('text=With all that match');
  await page.click('.meant >> text=Copy…');
  await page.selectOption('dialog select', 'exchange');
  await page.fill('dialog input >> nth=0', 'orders');
  await page.keyboard.press('Enter');
  await note(page, 'messages copied.');
  assert.deepEqual(JSON.parse(asked('POST', 'x').at(-1).text), { filter: { headers: { tenant: 'c' } }, to: { exchange: 'orders' } });

  await page.click('.meant >> text=Delete…');
  assert.ok(await page.locator('dialog button[type=submit]').isDisabled(), 'the name is not typed yet');
  await page.keyboard.type('orders.dead');
  await page.keyboard.press('Enter');
  await note(page, 'messages deleted.');
  await page.waitForSelector('text=No message matches');
});

journey('messages are saved as lines of JSON', {}, async (page, p) => {
  await p.go('#/queues/%2F/orders.dead?tab=messages&header=tenant:a');
  await rows(page, 44);
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('.meant >> text=.jsonl')]);
  assert.equal(file.suggestedFilename(), 'orders.dead.jsonl');
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n').map((l) => JSON.parse(l));
  assert.equal(lines.length, 44);
  assert.ok(lines.every((m) => m.properties.headers.tenant === 'a'));
});

journey('dead letters go back, slowly: pause, go on, until none are left', {}, async (page, p) => {
  await p.go('#/dead-letters');
  await page.click('tr:has-text("orders.paid"):has-text("rejected") >> text=Redrive…');
  await page.fill('dialog input[type=number] >> nth=0', '30');
  await page.click('dialog >> text=Dry run');
  await page.waitForSelector('.outcome:has-text("→ orders.paid")');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('.job:has-text("running")');
  assert.deepEqual(JSON.parse(asked('POST', 'x').at(-1).text), { filter: { death: { queue: 'orders.paid', reason: 'rejected' } }, to: { origin: 'queue' }, rate: 30 });
  await page.click('button[aria-label="Pause the move of orders.dead"]');
  await page.waitForSelector('.job:has-text("paused")');
  assert.deepEqual(await p.axe(), []);
  await p.shot('redrive-light');
  await page.click('button[aria-label="Go on with the move of orders.dead"]');
  await page.waitForSelector('.job:has-text("done")');
  await page.click('text=Redrive all…');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=No dead letters wait in vhost /.');
});

journey('the topology: find, choose by keys, follow, focus, list, file', {}, async (page, p) => {
  await p.go('#/topology');
  await page.waitForSelector('.node');
  await page.fill('.topology-tools input[type=search]', 'orders.de');
  await page.waitForSelector('.topology-tools >> text=1 found');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.side h2:has-text("orders.dead")');
  assert.deepEqual(await p.axe(), []);
  await p.shot('topology-side-light');
  await page.click('.side .ends >> text=orders.dlx');
  await page.waitForSelector('.side h2:has-text("orders.dlx")');
  await page.click('.side >> text=Around it');
  await page.waitForSelector('text=Show all 3');
  await page.click('text=Show all 3');
  await page.fill('.topology-tools input[type=search]', '');
  await page.focus('.node[tabindex="0"]');
  const here = () => page.evaluate(() => document.activeElement?.getAttribute('data-id'));
  const first = await here();
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await here(), first, 'an arrow key goes on');
  for (const key of ['+', '-', '0', 'Shift+ArrowLeft']) await page.keyboard.press(key);
  await page.keyboard.press('Enter');
  await page.waitForSelector(`.node.chosen[data-id="${await here()}"]`);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('.side'));
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('button[aria-label="Save as SVG"]')]);
  const svg = await readFile(await file.path(), 'utf8');
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.match(svg, /orders\.dead/);
  assert.doesNotMatch(svg, /class=|var\(/);
  await page.click('text=List');
  await page.waitForSelector('td >> text=orders.created');
  assert.deepEqual(await p.axe(), []);
  assert.equal(await page.evaluate(() => window.broken), undefined);
  assert.ok(await page.getByText(hostile[0]).count() > 0, 'a hostile name is shown as it is');
});

journey('the route tester lights the way', {}, async (page, p) => {
  await p.go('#/topology');
  await page.waitForSelector('.node');
  await page.click('text=Route tester');
  await page.fill('.route-tester input >> nth=0', 'orders');
  await page.fill('.route-tester input >> nth=1', 'order.paid.eu');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.routes:has-text("1 queue would get it")');
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('.node.lit')].map((n) => n.getAttribute('data-id')).sort()), ['exchange:orders', 'queue:orders.paid']);
  assert.equal(await page.locator('.line.lit').count(), 1);
  await p.shot('route-light');
  await page.fill('.route-tester input >> nth=1', 'nobody');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.routes:has-text("No queue would get it")');
});

journey('three hundred nodes are drawn while the page goes on', { queues: 300 }, async (page, p) => {
  const began = Date.now();
  await page.goto(f.url + '#/topology');
  await page.waitForSelector('h1');
  await page.waitForFunction(() => document.querySelectorAll('.node').length > 250, undefined, { timeout: 20000 });
  assert.ok(Date.now() - began < 15000, 'slow');
  assert.deepEqual(await p.stray(), []);
  await p.shot('topology-300');
  await page.mouse.move(600, 400);
  await page.mouse.wheel(0, -600);
  await page.mouse.down();
  await page.mouse.move(500, 300, { steps: 4 });
  await page.mouse.up();
  assert.match(await page.evaluate(() => document.querySelector('.graph svg > g').getAttribute('transform')), /^translate\(-?[\d.]+ -?[\d.]+\) scale\([\d.]+\)$/);
});

journey('the palette finds whatever has a page', {}, async (page, p) => {
  await p.go('#/');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('10.0.1.17');
  await page.waitForSelector('.palette li:has-text("connection")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1');
  assert.match(page.url(), /#\/connections\/10\.0\.1\.17/);
});
