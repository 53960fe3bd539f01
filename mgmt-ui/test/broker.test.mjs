// The same pages on the broker itself: what the fake one answers may be wrong
// in the same way as the pages.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.mjs';

const binary = process.env.HUTCHMQ_BIN ?? new URL('../../bin/hutchmq', import.meta.url).pathname;

let broker, dir, url, browser;
before(async () => {
  dir = await mkdtemp(tmpdir() + '/hutchmq-ui-');
  const free = '127.0.0.1:0';
  broker = spawn(binary, ['server', '--data-dir', dir, '--amqp', free, '--management', free, '--metrics', free], { stdio: ['ignore', 'ignore', 'pipe'] });
  url = `http://${await managementAddress()}/`;
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  broker.kill();
  await new Promise((gone) => broker.once('exit', gone));
  await rm(dir, { recursive: true });
});

/** Where the broker says that it serves pages. */
function managementAddress() {
  return new Promise((found, failed) => {
    broker.once('error', failed);
    broker.once('exit', () => failed(new Error(`${binary} has ended`)));
    createInterface(broker.stderr).on('line', (line) => {
      const entry = JSON.parse(line);
      if (entry.protocol === 'management') found(entry.address);
    });
  });
}

const note = (page, text) => page.waitForSelector(`.note:has-text(${JSON.stringify(text)})`);

test('from the first login to a queue that is gone again', async () => {
  const p = await browser.page({ url, ignore: /401|400/ });
  const { page } = p;
  const name = 't<b>/%ü';
  await p.go('#/queues');
  await page.fill('input[name=username]', 'guest');
  await page.fill('input[name=password]', 'guest');
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=No queues yet');
  assert.deepEqual(await p.axe(), []);

  await page.click('text=Add a queue here');
  await page.keyboard.type(name);
  await page.click('dialog >> text=Message TTL');
  await page.fill('dialog input[aria-label="Value of x-message-ttl"]', '-5');
  await page.click('text=Add the queue');
  await note(page, 'x-message-ttl');
  await page.fill('dialog input[aria-label="Value of x-message-ttl"]', '60000');
  await page.click('text=Add the queue');
  await page.waitForSelector(`h1:has-text("${name}")`);

  await page.click('.page-head >> text=Publish');
  await page.fill('dialog textarea', '{"a":1}');
  await page.click('dialog button[type=submit]');
  await note(page, 'The message is published.');
  await page.click('.page-head >> text=Get');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('.message:has-text(\'{"a":1}\')');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('.fact b')?.textContent === '1');
  await page.click('.page-head >> text=Pause');
  await page.waitForSelector('.page-head >> text=paused');
  await page.click('.page-head >> text=Go on');
  await page.waitForSelector('.page-head >> text=running');

  await page.click('role=tab[name="Bindings"]');
  await page.click('text=Bind to an exchange');
  await page.fill('dialog input >> nth=0', 'amq.topic');
  await page.fill('dialog input >> nth=1', 'a.#.%2F');
  await page.keyboard.press('Enter');
  await page.waitForSelector('td >> text=a.#.%2F');
  await page.click('button[aria-label^="Unbind"]');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=No exchange but the default one leads here');

  await page.click('.page-head >> text=Purge');
  await page.click('dialog >> text=Purge 1 message');
  await note(page, 'is purged.');
  await page.click('.page-head >> text=Delete');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');
  await page.waitForSelector('text=No queues yet');
  await page.click('.user summary');
  await page.click('text=Log out');
  await page.waitForSelector('main.login');
  assert.deepEqual(p.wrong.filter((w) => !w.includes('404')), []);
  await p.close();
});

test('look into a queue, move, reject, redrive; see it all in the topology', async () => {
  const p = await browser.page({ url, ignore: /401/ });
  const { page } = p;
  const ask = (method, path, body) => page.evaluate(async ([m, at, b]) => {
    const r = await fetch('api/' + at, { method: m, headers: { 'Content-Type': 'application/json' }, body: b && JSON.stringify(b) });
    if (!r.ok) throw new Error(`${at}: ${r.status} ${await r.text()}`);
    return r.status === 204 || r.status === 201 ? undefined : r.json();
  }, [method, path, body]);
  await p.go('#/');
  await page.fill('input[name=username]', 'guest');
  await page.fill('input[name=password]', 'guest');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("Overview")');
  const work = encodeURIComponent('wörk <b>/1'), durable = { durable: true, arguments: {} };
  await ask('PUT', 'queues/%2F/dead', durable);
  await ask('PUT', `queues/%2F/${work}`, { durable: true, arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' } });
  await ask('PUT', 'exchanges/%2F/jobs', { type: 'topic', ...durable });
  await ask('POST', `bindings/%2F/e/jobs/q/${work}`, { routing_key: 'job.#', arguments: {} });
  for (let i = 0; i < 60; i++) await ask('POST', 'exchanges/%2F/jobs/publish', { routing_key: 'job.' + i, payload: JSON.stringify({ n: i }), payload_encoding: 'string', properties: { delivery_mode: 2, headers: { even: i % 2 === 0 } } });

  await p.go(`#/queues/%2F/${work}?tab=messages`);
  await page.waitForFunction(() => document.querySelectorAll('table.messages tbody tr').length === 50);
  await page.click('text=Go on behind these');
  await page.waitForFunction(() => document.querySelectorAll('table.messages tbody tr').length === 10);
  await page.click('text=To the head');
  await page.fill('.message-filter label:has-text("Routing key") input', 'job.5?');
  await page.waitForFunction(() => document.querySelectorAll('table.messages tbody tr').length === 10);
  await page.fill('.message-filter label:has-text("Header") input', 'even:true');
  await page.waitForFunction(() => document.querySelectorAll('table.messages tbody tr').length === 5);
  await page.click('table.messages .link >> nth=1');
  await page.waitForSelector('dialog .tree >> text=52');
  await page.keyboard.press('Escape');
  await page.click('.meant >> text=Move…');
  await page.fill('dialog input >> nth=0', 'dead');
  await page.click('dialog >> text=Dry run');
  await page.waitForSelector('.outcome:has-text("5 messages would be moved")');
  await page.click('dialog button[type=submit]');
  await note(page, '5 messages moved.');
  await page.waitForSelector('text=No message matches');
  assert.deepEqual(await p.axe(), []);

  await ask('POST', `queues/%2F/${work}/get`, { count: 20, ackmode: 'reject_requeue_false', encoding: 'auto' });
  await p.go('#/dead-letters');
  await page.waitForSelector('tr:has-text("rejected"):has-text("20")');
  assert.deepEqual(await p.axe(), []);
  await page.click('tr:has-text("rejected") >> text=Redrive…');
  await page.fill('dialog input[type=number] >> nth=0', '10');
  await page.click('dialog button[type=submit]');
  await page.click('button[aria-label="Pause the move of dead"]');
  await page.waitForSelector('.job:has-text("paused")');
  await page.click('button[aria-label="Go on with the move of dead"]');
  await page.waitForSelector('.job:has-text("done"):has-text("20 moved")');
  await page.waitForSelector('text=No dead letters wait anywhere');

  await p.go('#/topology');
  await page.waitForSelector('.node:has-text("jobs")');
  await page.click('text=Route tester');
  await page.fill('.route-tester input >> nth=0', 'jobs');
  await page.fill('.route-tester input >> nth=1', 'job.1');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.routes:has-text("1 queue would get it")');
  assert.equal(await page.locator('.node.lit').count(), 2);
  assert.equal(await page.locator('.line.lit').count(), 1);
  assert.equal(await page.locator('.line.dead-letter').count(), 1);
  await p.shot('topology-broker');
  assert.deepEqual(await p.axe(), []);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('wörk');
  await page.waitForSelector('.palette li:has-text("wörk <b>/1")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("wörk <b>/1")');
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('administration, and what is on record of it', async () => {
  const p = await browser.page({ url, ignore: /401|404/ });
  const { page } = p;
  await p.go('#/users');
  await page.fill('input[name=username]', 'guest');
  await page.fill('input[name=password]', 'guest');
  await page.keyboard.press('Enter');
  await page.click('text=Add a user');
  await page.keyboard.type('app/1');
  await page.fill('dialog input[type=password]', 's3cret');
  await page.fill('dialog >> label:has-text("Write") + input', '^orders');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('h1:has-text("app/1")');
  await page.fill('label:has-text("Name") + input', 'invoices');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict.bad:has-text("^orders")');

  await p.go('#/definitions');
  await page.fill('textarea', JSON.stringify({ queues: ['orders.eu', 'orders.us'].map((name) => ({ name, vhost: '/', durable: true, auto_delete: false, arguments: {} })) }));
  await page.click('text=Show what would change');
  await page.waitForSelector('.plan-counts >> text=+ 2 create');
  await page.click('text=Import…');
  await page.click('dialog button[type=submit]');
  await note(page, '2 records imported.');

  const importYAML = async (/** @type {string} */ text, /** @type {string} */ plan) => {
    await page.fill('textarea', 'version: 1\nowner: pages\n' + text);
    await page.click('text=Show what would change');
    await page.waitForSelector(`.plan-counts >> text=${plan}`);
    await page.click('text=Import…');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.plan-counts', { state: 'detached' });
  };
  await importYAML('vhosts: {/: {queues: {by-yaml: {message_ttl: 5s}}}}\n', '+ 1 create');
  await page.check('label:has-text("Delete what the owner") >> input');
  await importYAML('', '− 1 delete');

  await p.go('#/policies');
  await page.click('text=Add a policy here');
  await page.keyboard.type('short');
  await page.fill('dialog >> label:has-text("Pattern") + input', '^orders');
  await page.waitForSelector('.preview >> text=Matches 2 queues');
  await page.click('dialog >> text=Max length');
  await page.fill('dialog input[aria-label="Value of max-length"]', '10');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('td >> text=short');

  await p.go('#/definitions');
  await page.fill('textarea', JSON.stringify({ policies: [{ name: 'short', vhost: '/', pattern: '^orders', 'apply-to': 'queues', priority: 0, definition: { 'max-length': 20 } }] }));
  await page.click('text=Show what would change');
  await page.waitForSelector('.changes >> text=definition.max-length 10 → 20');

  for (const [hash, text] of [['vhosts', '/'], ['vhosts/%2F', 'app/1'], ['nodes', 'Where the memory is'], ['nodes?tab=settings', 'default'], ['log', 'info'], ['audit?action=queue', 'orders.us'], ['limits', 'No vhost is limited'], ['feature-flags', 'quorum_queue']]) {
    await p.go('#/' + hash);
    await p.shows(text);
    await p.shot('broker-' + hash.replace(/\W/g, '-'));
    assert.deepEqual(await p.axe(), []);
  }
  await p.go('#/users/app%2F1');
  await page.click('.page-head >> text=Delete');
  await page.keyboard.type('app/1');
  await page.keyboard.press('Enter');
  await note(page, 'User app/1 is deleted.');
  assert.deepEqual(p.wrong, []);
  await p.close();
});

test('50,000 queues: the list comes up, is filtered, and lives by the stream', async () => {
  const p = await browser.page({ url, ignore: /401/ });
  const { page } = p;
  await p.go('#/');
  await page.fill('input[name=username]', 'guest');
  await page.fill('input[name=password]', 'guest');
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("Overview")');
  const post = (at, body) => page.evaluate(async ([to, b]) => {
    const r = await fetch('api/' + to, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(b) });
    if (!r.ok) throw new Error(`${to}: ${r.status} ${await r.text()}`);
  }, [at, body]);
  for (let from = 0; from < 50000; from += 5000) {
    await post('definitions', { queues: Array.from({ length: 5000 }, (_, i) => ({ name: `many.${from + i}`, vhost: '/', durable: false, auto_delete: false, arguments: {} })) });
  }
  const gets = [], refused = [];
  page.on('response', (r) => { if (r.status() >= 400) refused.push(`${r.status()} ${r.url()}`); });
  let began = Date.now();
  await p.go('#/queues?name=many&sort=messages&sort_reverse=true');
  await page.waitForFunction(() => document.querySelector('.found')?.textContent.startsWith('50,000 of'));
  assert.ok(Date.now() - began < 10000, `it takes ${Date.now() - began} ms until the list is there`);
  assert.ok(await page.locator('#main tbody tr').count() <= 102, 'all rows are in the page');
  await page.waitForTimeout(2500);
  page.on('request', (r) => { if (r.method() === 'GET') gets.push(r.url()); });
  await post('exchanges/%2F/amq.default/publish', { routing_key: 'many.33333', payload: '', payload_encoding: 'string', properties: {} });
  began = Date.now();
  await page.waitForSelector('tbody tr:first-child:has-text("many.33333")');
  assert.ok(Date.now() - began < 10000, `it takes ${Date.now() - began} ms until a number has changed`);
  // The names of vhosts are asked for twice a minute.
  assert.deepEqual(gets.filter((u) => !u.endsWith('/vhosts?columns=name')), [], 'numbers come by the stream');
  const longest = page.evaluate(() => new Promise((found) => {
    let last = performance.now(), most = 0;
    const end = last + 3000;
    const turn = (now) => { most = Math.max(most, now - last); last = now; now < end ? requestAnimationFrame(turn) : found(most); };
    requestAnimationFrame(turn);
  }));
  await page.keyboard.press('/');
  await page.keyboard.type('many.4999');
  await page.waitForFunction(() => document.querySelector('.found')?.textContent.startsWith('11 of'));
  assert.ok(await longest < 1000, `the page stands still for ${await longest} ms`);
  await p.shot('queues-50000');
  for (let i = 0; i < 30; i++) await page.evaluate((n) => { location.hash = n % 2 ? '#/queues' : '#/exchanges'; }, i).then(() => page.waitForTimeout(250));
  assert.deepEqual(refused, [], 'streams are left open');
  assert.deepEqual(p.wrong, []);
  await p.close();
});
