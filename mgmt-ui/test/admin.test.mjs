// What administrators do, and what others are kept from.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { fake } from './fake.mjs';

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser.close());

/** A test with a broker and a page of its own. */
const journey = (name, options, run) => test(name, async () => {
  const f = await fake({ hostile: options.hostile });
  const p = await browser.page({ url: f.url, ...options });
  const asked = (method, ...path) => f.world.asked.filter((a) => a.method === method && path.every((s, i) => a.path[i] === s));
  try {
    await run({ page: p.page, p, w: f.world, asked });
    assert.deepEqual(p.wrong, []);
  } finally {
    await p.close();
    f.close();
  }
});
const note = (page, text) => page.waitForSelector(`.note:has-text(${JSON.stringify(text)})`);
const body = (request) => JSON.parse(request.text);

journey('add a user with permissions, ask what it may, take them away', {}, async ({ page, p, w, asked }) => {
  await p.go('#/users');
  await page.click('text=Add a user');
  await page.keyboard.type('app <1>');
  await page.fill('dialog input[type=password]', 's3cret');
  await page.check('dialog >> text=monitoring');
  await page.selectOption('dialog >> label:has-text("May use vhost") + select', 'staging');
  await page.click('dialog >> text=only publish');
  assert.deepEqual(await p.axe(), []);
  await p.shot('dialog-user');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('h1:has-text("app <1>")');
  assert.deepEqual(body(asked('PUT', 'users', 'app <1>')[0]), { password: 's3cret', tags: ['monitoring'] });
  assert.deepEqual(body(asked('PUT', 'permissions', 'staging', 'app <1>')[0]), { configure: '^$', write: '.*', read: '^$' });

  await page.selectOption('label:has-text("In vhost") + select', 'staging');
  await page.fill('label:has-text("Name") + input', 'orders');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.verdict.ok:has-text("the write permission matches the name")');
  await page.selectOption('label:has-text("May it") + select', 'read');
  await page.click('text=Ask the broker');
  await page.waitForSelector('.verdict.bad:has-text("does not match")');

  await page.click('button[aria-label="Take away the permissions in staging"]');
  await page.click('dialog button[type=submit]');
  await note(page, 'may no longer use vhost staging');
  assert.equal(w.permissions.some((o) => o.user === 'app <1>'), false);
});

journey('change tags and password, then delete by typing the name', {}, async ({ page, p, asked }) => {
  await p.go('#/users/orders');
  await page.click('text=Change tags or password');
  await page.selectOption('dialog >> label:has-text("Logs in with") + select', 'new');
  await page.click('dialog >> text=Make one');
  const made = await page.inputValue('dialog >> label:has-text("Password") + input');
  assert.match(made, /^\w{20}$/);
  await page.check('dialog >> text=policymaker');
  await page.click('dialog button[type=submit]');
  await note(page, 'User orders is changed.');
  assert.deepEqual(body(asked('PUT', 'users', 'orders')[0]), { password: made, tags: ['policymaker'] });

  await page.click('.page-head >> text=Delete');
  assert.ok(await page.isDisabled('dialog button[type=submit]'));
  await page.keyboard.type('orders');
  await page.keyboard.press('Enter');
  await note(page, 'User orders is deleted.');
  await page.waitForSelector('text=3 users');
});

journey('a policy shows what it would do before it does', {}, async ({ page, p, asked }) => {
  await p.go('#/policies');
  await page.click('text=Add a policy');
  await page.keyboard.type('orders-ttl');
  await page.waitForSelector('.preview >> text=Write a pattern');
  await page.fill('dialog >> label:has-text("Pattern") + input', '^orders\\.');
  await page.waitForSelector('.preview >> text=/Matches \\d+ queues/');
  await page.click('dialog >> text=Message TTL');
  await page.waitForSelector('.preview >> text=/queues? ha(s|ve) an argument for message-ttl/');
  await page.fill('dialog input[aria-label="Value of message-ttl"]', '60000');
  await page.click('dialog .chip >> text=/^Max length$/');
  await page.fill('dialog input[aria-label="Value of max-length"]', '500');
  await page.waitForSelector('.preview >> text=limits goes first for max-length');
  await page.fill('dialog >> label:has-text("Priority") + input', '3');
  await page.waitForSelector('.preview >> text=/Matches \\d+ queues, overrides \\d+/');
  await page.waitForSelector('.preview >> text=takes the place of limits for max-length');
  assert.deepEqual(await p.axe(), []);
  await p.shot('dialog-policy');
  await page.fill('dialog >> label:has-text("Pattern") + input', '^orders\\.(');
  await page.waitForSelector('.preview >> text=cannot read the pattern');
  await page.fill('dialog >> label:has-text("Pattern") + input', '^orders\\.');
  await page.click('dialog button[type=submit]');
  await note(page, 'Policy orders-ttl holds.');
  assert.deepEqual(body(asked('PUT', 'policies', '/', 'orders-ttl')[0]), { pattern: '^orders\\.', 'apply-to': 'queues', priority: 3, definition: { 'message-ttl': 60000, 'max-length': 500 } });
  await page.click('button[aria-label="Delete orders-ttl"]');
  await page.click('dialog button[type=submit]');
  await note(page, 'Policy orders-ttl is deleted.');
});

journey('what the broker refuses of a policy stays in the form', { ignore: /400/ }, async ({ page, p }) => {
  await p.go('#/policies?of=operators');
  await page.click('text=Add an operator policy');
  assert.equal(await page.locator('dialog >> text=Dead letter exchange').count(), 0, 'a key that operators may not set');
  await page.keyboard.type('empty');
  await page.fill('dialog >> label:has-text("Pattern") + input', '.*');
  await page.click('dialog button[type=submit]');
  await note(page, 'no policy provided');
  assert.equal(await page.inputValue('dialog >> label:has-text("Name") + input'), 'empty');
});

const definitions = JSON.stringify({
  queues: [{ name: 'new', vhost: '/', durable: true, auto_delete: false, arguments: {} }, { name: 'orders.paid', vhost: '/', durable: false, auto_delete: false, arguments: {} }],
  policies: [{ vhost: '/', name: 'limits', pattern: '^(orders|invoices)', 'apply-to': 'queues', definition: { 'max-length': 5 }, priority: 0 }],
});

for (const plans of [true, false]) {
  journey(`import definitions after a look at what would change, ${plans ? 'planned by the broker' : 'worked out in the browser'}`, { ignore: /404/ }, async ({ page, p, w, asked }) => {
    w.plans = plans;
    await p.go('#/definitions');
    await page.fill('textarea', '{"queues":[');
    await page.click('text=Show what would change');
    await note(page, 'This is no JSON');
    await page.setInputFiles('input[type=file]', { name: 'd.json', mimeType: 'application/json', buffer: Buffer.from(definitions) });
    await page.click('text=Show what would change');
    await page.waitForSelector('.plan-counts >> text=+ 1 create');
    if (!plans) {
      await page.waitForSelector('.plan-counts >> text=▲ 1 conflict');
      assert.deepEqual(await page.locator('.plan tbody td.name').allTextContents(), ['orders.paid/', 'limits/', 'new/'], 'names, each with its vhost');
      assert.deepEqual(await page.locator('.plan .changes li').allInnerTexts(), ['definition.max-length 100000 → 5', 'definition.overflow reject-publish → nothing']);
      assert.equal(await page.locator('.note').count(), 0, 'what failed before is no news');
      await p.shot('definitions-plan');
    }
    assert.deepEqual(await p.axe(), []);
    assert.equal(asked('POST', 'definitions').length, 0, 'nothing is done before it is said so');
    await page.click('text=Import…');
    await page.click('dialog button[type=submit]');
    await note(page, 'imported.');
    assert.ok(asked('POST', 'definitions')[0].text.includes(definitions), 'the file is sent as it is');
    assert.ok(w.queues.some((q) => q.name === 'new'));
  });
}

journey('import YAML, and delete what its owner does not describe any more', {}, async ({ page, p, asked }) => {
  const yaml = 'version: 1\nowner: shop\nvhosts: {/: {queues: {new: }}}\n';
  await p.go('#/definitions');
  await page.fill('textarea', yaml);
  await page.click('text=Show what would change');
  await page.waitForSelector('.plan-counts >> text=+ 1 create');
  await page.check('label:has-text("Delete what the owner") >> input');
  assert.equal(await page.locator('.plan').count(), 0, 'a plan for other limits is no plan');
  await page.click('text=Show what would change');
  await page.waitForSelector('.plan-counts >> text=− 1 delete');
  await p.shot('definitions-prune');
  assert.deepEqual(await p.axe(), []);
  await page.click('text=Import…');
  await page.waitForSelector('dialog >> text=1 record will be made, 0 records changed, 1 record deleted.');
  await page.click('dialog button[type=submit]');
  await note(page, '2 records imported.');
  const [sent] = asked('POST', 'x', 'definitions', 'apply');
  assert.ok(sent.text.includes(yaml) && sent.text.includes('application/yaml'), 'the file is sent as it is');
  assert.equal(sent.query, '?prune=true');
});

journey('who is no administrator is offered none of it, and refused in words', { ignore: /401/ }, async ({ page, p, w, asked }) => {
  w.tags = ['management'];
  await p.go('#/policies');
  await page.waitForSelector('td >> text=limits');
  assert.deepEqual(await page.locator('.rail a:not(.brand)').allInnerTexts().then((t) => t.map((s) => s.trim())), ['Overview', 'Topology', 'Queues', 'Dead letters', 'Delayed', 'Schedules', 'Exchanges', 'Connections', 'Channels', 'Policies', 'Limits']);
  assert.equal(await page.locator('#main >> text=/Add a|Delete/').count(), 0);
  for (const [hash, who] of [['users', 'administrators'], ['vhosts', 'administrators'], ['definitions', 'administrators'], ['audit', 'administrators'], ['log', 'those who monitor'], ['nodes/rabbit@here', 'those who monitor']]) {
    await p.go('#/' + hash);
    await p.shows(`This page is for ${who}`);
  }
  assert.deepEqual(await p.axe(), []);
  assert.equal(asked('GET', 'users').length + asked('GET', 'x').length + asked('GET', 'permissions').length, 0, 'asks for what it may not see');
  assert.deepEqual(p.wrong, []);

  // The tag was taken away after the page was loaded: the broker says no.
  w.tags = ['administrator'];
  await page.reload();
  await p.go('#/users/orders');
  await page.waitForSelector('text=Change tags or password');
  await page.click('text=Change tags or password');
  w.tags = ['management'];
  await page.click('dialog button[type=submit]');
  await note(page, 'Only an administrator may do that.');
});

journey('who makes policies makes them, and not those of operators', {}, async ({ page, p, w }) => {
  w.tags = ['policymaker'];
  await p.go('#/policies');
  await page.waitForSelector('text=Add a policy');
  await page.click('role=tab[name="Operator policies"]');
  await page.waitForSelector('td >> text=bounds');
  assert.equal(await page.locator('text=Add an operator policy').count(), 0);
});

journey('a vhost from its making to its end', {}, async ({ page, p, asked }) => {
  await p.go('#/vhosts');
  await page.click('text=Add a vhost');
  await page.keyboard.type('shop/eu');
  await page.selectOption('dialog select', 'quorum');
  await page.check('dialog >> text=Protected');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('h1:has-text("shop/eu")');
  assert.deepEqual(body(asked('PUT', 'vhosts', 'shop/eu')[0]), { description: '', tags: [], default_queue_type: 'quorum', protected_from_deletion: true });
  assert.ok(await page.isDisabled('.page-head >> text=Delete'));
  await page.click('text=Let a user in');
  await page.selectOption('dialog select', 'orders');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('td >> text=orders');
  await page.click('text=Set');
  await page.fill('dialog input >> nth=1', '12');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('text=12 queues');
  await page.click('text=Take protection away');
  await note(page, 'can be deleted again');
  await page.click('.page-head >> text=Delete');
  await page.keyboard.type('shop/eu');
  await page.keyboard.press('Enter');
  await note(page, 'Vhost shop/eu is deleted.');
});

journey('limits are set, shown and cleared', {}, async ({ page, p, asked }) => {
  await p.go('#/limits');
  await page.click('button[aria-label="Change the limits of orders"]');
  await page.fill('dialog input >> nth=1', 'many');
  await page.click('dialog button[type=submit]');
  await note(page, 'max-channels wants a whole number');
  await page.fill('dialog input >> nth=0', '');
  await page.fill('dialog input >> nth=1', '8');
  await page.click('dialog button[type=submit]');
  await note(page, 'The limits of orders are set.');
  assert.deepEqual([asked('DELETE', 'user-limits')[0].path[2], body(asked('PUT', 'user-limits').at(-1))], ['max-connections', { value: 8 }]);
});

journey('the log is searched and its level changed', {}, async ({ page, p, w }) => {
  await p.go('#/log');
  await page.keyboard.press('/');
  await page.keyboard.type('mallory');
  await page.waitForFunction(() => document.querySelectorAll('.log li').length === 1);
  await page.fill('.filter input', '');
  await page.click('.segmented >> text=error');
  await page.waitForSelector('.log >> text=disk is low');
  await page.waitForFunction(() => location.hash.includes('level=error') && document.querySelectorAll('.log li').length === 1);
  await page.selectOption('.inline-field select', 'debug');
  await note(page, 'The node logs from debug on');
  assert.equal(w.logLevel, 'debug');
});

journey('the audit is filtered, and goes back in time', {}, async ({ page, p }) => {
  await p.go('#/audit');
  await page.check('text=refused only');
  await page.waitForFunction(() => document.querySelectorAll('.audit tbody tr').length === 1);
  await page.uncheck('text=refused only');
  await page.click('text=Older');
  await page.waitForSelector('text=Nothing like that is on record');
  await page.click('text=The newest');
  await page.waitForFunction(() => document.querySelectorAll('.audit tbody tr').length === 3);
});

journey('the palette adds what one may add', {}, async ({ page, p, w }) => {
  await p.go('#/queues');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('add a v');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog h2:has-text("Add a vhost")');
  w.tags = ['management'];
  await p.page.reload();
  await p.go('#/queues');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('add a');
  await page.waitForSelector('.palette li:has-text("Add a queue")');
  assert.equal(await page.locator('.palette li:has-text("Add a vhost")').count(), 0);
});

const forms = [
  ['users', 'Add a user'], ['users/orders', 'Change tags or password'], ['users/orders', 'Limit keys'], ['vhosts', 'Add a vhost'], ['vhosts/staging', 'Let a user in'],
  ['vhosts/staging', 'Set'], ['policies', 'Add a policy'], ['policies?of=operators', 'Add an operator policy'], ['definitions', 'Rename'],
];

journey('on a phone, every form fits and is closed by Esc', { width: 360, height: 740, hostile: true }, async ({ page, p }) => {
  for (const [hash, button] of forms) {
    await p.go('#/' + hash);
    await page.click(`.button >> text=${button}`);
    await page.waitForSelector('dialog .dialog-body');
    assert.equal(await page.evaluate(() => Math.max(0, ...[...document.querySelectorAll('dialog, dialog form, .dialog-body')].map((e) => e.scrollWidth - e.clientWidth))), 0, `${button} is too wide`);
    assert.deepEqual(await p.axe(), []);
    await p.shot('form-' + button.toLowerCase().replace(/\W+/g, '-'));
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
  }
});
