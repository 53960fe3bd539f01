// What needs no page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { planOf } from '../static/js/definitionsplan.js';
import * as f from '../static/js/format.js';
import { pageNumbers, pageOf } from '../static/js/paging.js';
import { previewOf, targets } from '../static/js/policypreview.js';

test('format', () => {
  const table = [
    [f.number, [[0, '0'], [12431, '12,431'], [undefined, '–'], [null, '–'], [NaN, '–']]],
    [f.short, [[9.5, '9.5'], [9999, '9,999'], [12431, '12.4k'], [20000, '20k'], [431000, '431k'], [2.5e6, '2.5M']]],
    [f.rate, [[0, '0'], [4.234, '4.2'], [10.4, '10'], [1204.2, '1,204'], [undefined, '–']]],
    [f.bytes, [[0, '0 B'], [1023, '1,023 B'], [1024, '1.0 KiB'], [1536, '1.5 KiB'], [5 * 2 ** 30, '5.0 GiB'], [200 * 2 ** 20, '200 MiB']]],
    [f.span, [[0, '0 ms'], [999, '999 ms'], [61e3, '1 min 1 s'], [3600e3, '1 h'], [93784e3, '1 d 2 h'], [undefined, '–']]],
    [f.percent, [[0.978, '98 %'], [undefined, '–']]],
  ];
  for (const [format, rows] of table) for (const [value, want] of rows) assert.equal(format(value), want, `${format.name}(${value})`);
  assert.equal(f.count(1, 'queue'), '1 queue');
  assert.equal(f.count(12431, 'message'), '12,431 messages');
  assert.deepEqual(['policy', 'key', 'entry', 'queue'].map(f.plural), ['policies', 'keys', 'entries', 'queues']);
});

test('pages of what the API gives as a whole', () => {
  const all = Array.from({ length: 230 }, (_, i) => ({ name: `user${i}`, n: i % 7, deep: { rate: i } }));
  const name = (row) => row.name;
  const first = pageOf(all, { page: 1, page_size: 100 }, name);
  assert.deepEqual([first.items.length, first.page_count, first.total_count, first.filtered_count], [100, 3, 230, 230]);
  assert.equal(pageOf(all, { page: 9, page_size: 100 }, name).page, 3, 'too far is the last');
  assert.deepEqual(pageOf(all, { name: 'R22', page: 1, page_size: 5 }, name).items.map(name), ['user22', 'user220', 'user221', 'user222', 'user223']);
  assert.equal(pageOf(all, { name: '^user[12]$', use_regex: true, page: 1, page_size: 5 }, name).filtered_count, 2);
  assert.equal(pageOf(all, { name: '(', use_regex: true, page: 1, page_size: 5 }, name).filtered_count, 0);
  assert.equal(pageOf(all, { sort: 'deep.rate', sort_reverse: true, page: 1, page_size: 1 }, name).items[0].name, 'user229');
  assert.equal(pageOf([], { page: 1, page_size: 5 }, name).page_count, 1);
});

test('page numbers', () => {
  assert.deepEqual(pageNumbers(1, 1), [1]);
  assert.deepEqual(pageNumbers(1, 9), [1, 2, 0, 9]);
  assert.deepEqual(pageNumbers(5, 9), [1, 0, 4, 5, 6, 0, 9]);
  assert.deepEqual(pageNumbers(9, 9), [1, 0, 8, 9]);
});

/** The luminance of a colour, as WCAG 2 has it. @param {string} hex */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('what axe cannot see on a canvas has contrast, too', () => {
  const text = readFileSync(new URL('../static/css/tokens.css', import.meta.url), 'utf8');
  const tokens = Object.fromEntries([...text.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, ...both]) => [name, both]));
  const needs = { muted: 4.5, ...Object.fromEntries(Object.keys(tokens).filter((t) => t.startsWith('c-')).map((t) => [t, 3])) };
  assert.ok(Object.keys(needs).length > 6);
  for (const [name, need] of Object.entries(needs)) {
    for (const theme of [0, 1]) {
      const [low, high] = [luminance(tokens[name][theme]), luminance(tokens.surface[theme])].sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      assert.ok(contrast >= need, `--${name} has ${contrast.toFixed(2)} in ${['light', 'dark'][theme]}, needs ${need}`);
    }
  }
});

const policy = (name, pattern, more = {}) => ({ vhost: '/', name, pattern, 'apply-to': 'queues', definition: {}, priority: 0, ...more });

test('what a policy would change', () => {
  const all = targets([{ name: 'a.1', type: 'classic' }, { name: 'a.2', type: 'quorum', arguments: { 'x-max-length': 5 } }, { name: 'b.1', type: 'stream' }], [{ name: '' }, { name: 'a.x' }]);
  const names = (list) => list.map((o) => (o.target ?? o).name);
  const of = (merge) => (p, others = [], was = undefined) => {
    const v = previewOf(p, was, others, all, merge);
    return { matched: names(v.matched), overrides: names(v.overrides), beaten: names(v.beaten), left: names(v.left), own: names(v.own) };
  };
  const none = { overrides: [], beaten: [], left: [], own: [] }, every = ['a.1', 'a.2', 'b.1'];
  const length = { definition: { 'max-length': 9 } }, ttl = { definition: { 'message-ttl': 9 } };
  for (const merge of [true, false]) {
    const look = of(merge);
    assert.deepEqual(look(policy('p', '^a')), { ...none, matched: ['a.1', 'a.2'] });
    assert.deepEqual(look(policy('p', '^a', { 'apply-to': 'all' })).matched, ['a.1', 'a.2', 'a.x']);
    assert.deepEqual(look(policy('p', '', { 'apply-to': 'exchanges' })).matched, ['a.x'], 'never the default exchange');
    assert.deepEqual(look(policy('p', '.', { 'apply-to': 'quorum_queues', ...length })), { ...none, matched: ['a.2'], own: ['a.2'] });
    assert.deepEqual(look(policy('p', '.', ttl)).matched, ['a.1', 'a.2'], 'streams have no time to live');
    assert.deepEqual(look(policy('p', '.', { priority: 1, ...length }), [policy('low', '1$', length), policy('lower', 'b', { priority: -1, ...length })]).overrides, ['a.1', 'b.1']);
    assert.deepEqual(look(policy('p', '.', length), [policy('a', 'b', length)]).beaten, ['b.1'], 'of equals, the first by name');
    assert.deepEqual(look(policy('p', '.', length), [policy('z', 'b', length)]).overrides, ['b.1']);
    assert.deepEqual(look(policy('p', '.'), [policy('p', '.', { priority: 9 }), policy('bad', '(')]), { ...none, matched: every }, 'not against itself');
    assert.deepEqual(look(policy('p', '^b'), [], policy('p', '^a')).left, ['a.1', 'a.2']);
    assert.ok(previewOf(policy('p', '('), undefined, [], all, merge).unreadable);
  }
  const above = [policy('above', '.', { priority: 1, ...ttl })], both = { definition: { ...length.definition, ...ttl.definition, 'max-age': '7D' } };
  assert.deepEqual(of(true)(policy('p', '.', length), above), { ...none, matched: every, own: ['a.2'] }, 'other keys are no rivals where policies merge');
  assert.deepEqual(of(false)(policy('p', '.', length), above).beaten, ['a.1', 'a.2']);
  assert.deepEqual(previewOf(policy('p', '.', both), undefined, above, all, true).beaten.map((c) => [c.target.name, c.by, c.keys]), [['a.1', ['above'], ['message-ttl']], ['a.2', ['above'], ['message-ttl']]]);
  assert.deepEqual(of(true)(policy('p', '.', both)).matched, every, 'one key for it is enough where policies merge');
  assert.deepEqual(of(false)(policy('p', '.', both)).matched, [], 'else none may be for others');
});

test('what an import would do', () => {
  const queue = { name: 'q', vhost: '/', durable: true, arguments: { b: 1, a: 2 } };
  const now = { queues: [queue], policies: [policy('p', 'a')], vhosts: [{ name: '/' }] };
  const acts = (wanted, vhost) => planOf(now, wanted, vhost).records.map((r) => `${r.action} ${r.kind} ${r.is.name}`);
  assert.deepEqual(acts({ queues: [{ name: 'q', vhost: '/', durable: true, arguments: { a: 2, b: 1 } }] }), [], 'the order of keys is nothing');
  assert.deepEqual(acts({ queues: [{ ...queue, durable: false }, { ...queue, name: 'r' }], policies: [policy('p', 'b')] }), ['conflict queue q', 'change policy p', 'create queue r']);
  assert.deepEqual(acts({ queues: [{ ...queue, vhost: undefined }] }, '/'), [], 'into a vhost');
  assert.deepEqual(planOf(now, now).counts, { keep: 3 });
  assert.deepEqual(acts({}), []);
});
