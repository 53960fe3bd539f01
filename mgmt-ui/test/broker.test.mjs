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
