// What messages and the topology need no page for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocksOf, wayInto } from '../static/js/blocks.js';
import { bytesOf, hexOf, preview, textOf, treeOf } from '../static/js/body.js';
import { curve, lineID, pictureOf, shapeOf } from '../static/js/graphmodel.js';
import { pack, partsOf } from '../static/js/pack.js';

const utf8 = (text) => new TextEncoder().encode(text);

test('a body is bytes, text and a tree, as far as it is', () => {
  assert.deepEqual([...bytesOf({ payload: 'AP8=', payload_encoding: 'base64' })], [0, 255]);
  assert.equal(textOf(bytesOf({ payload: '注文\n', payload_encoding: 'string' })), '注文\n');
  assert.equal(textOf(new Uint8Array([0x80, 0x41])), undefined);
  assert.equal(textOf(new Uint8Array([0, 1, 2])), undefined, 'what no screen shows is no text');
  assert.equal(textOf(utf8('é').subarray(0, 1)), undefined);
  assert.equal(textOf(utf8('aé').subarray(0, 2), true), 'a', 'cut within a character');
  assert.deepEqual(treeOf(' {"a":[1]}'), { a: [1] });
  for (const text of [undefined, '', '1', '"a"', '{', 'null']) assert.equal(treeOf(text), undefined, text);
  assert.equal(hexOf(utf8('0123456789abcdefg\n'), 99), '000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n000010  67 0a                                             g.');
  assert.equal(hexOf(new Uint8Array(100), 16).split('\n').length, 1);
  assert.equal(preview({ payload: '{\n  "a": 1 }', payload_encoding: 'string' }), '{ "a": 1 }');
  assert.match(preview({ payload: 'AP8=', payload_encoding: 'base64' }), /^00 ff$/);
});

test('parts of a graph, packed', () => {
  assert.deepEqual(partsOf(['a', 'b', 'c', 'd', 'e'], [{ from: 'a', to: 'c' }, { from: 'e', to: 'c' }]), [['a', 'c', 'e'], ['b'], ['d']]);
  const boxes = Array.from({ length: 40 }, (_, i) => ({ width: 50 + i % 7 * 20, height: 30 + i % 3 * 40 }));
  const { at, width, height } = pack(boxes, 1.7, 10);
  for (const [i, a] of at.entries()) {
    assert.ok(a.x + boxes[i].width <= width && a.y + boxes[i].height <= height);
    for (const [j, b] of at.entries()) {
      const apart = a.x + boxes[i].width <= b.x || b.x + boxes[j].width <= a.x || a.y + boxes[i].height <= b.y || b.y + boxes[j].height <= a.y;
      assert.ok(i === j || apart, `${i} lies on ${j}`);
    }
  }
  assert.ok(width / height > 1 && width / height < 3);
  assert.deepEqual(pack([], 1.7, 10).height, 0);
});

test('nodes with the same links stand in a block', () => {
  const queues = Array.from({ length: 30 }, (_, i) => ({ id: 'q' + i, width: 80 + i, height: 40 }));
  const nodes = [{ id: 'x', width: 90, height: 40 }, ...queues, { id: 'other', width: 90, height: 40 }];
  const edges = [...queues.map((q) => ({ from: 'x', to: q.id })), { from: 'x', to: 'other' }, { from: 'other', to: 'q0' }];
  const [b, ...more] = blocksOf(nodes, edges);
  assert.deepEqual([b.members.length, more], [29, []], 'q0 has another link');
  assert.equal(new Set([...b.at.values()].map((p) => `${p.x} ${p.y}`)).size, 29);
  const hub = { id: 'x', x: -900, y: 0, width: 90, height: 40 }, to = { ...queues[5], x: b.at.get('q5').x, y: b.at.get('q5').y };
  const way = wayInto(hub, to, { x: 0, y: 0 }, b, false);
  assert.deepEqual([way[0], way.at(-1)], [{ x: -855, y: 0 }, { x: to.x - to.width / 2, y: to.y }]);
  assert.deepEqual(wayInto({ ...hub, x: 0, y: 900 }, to, { x: 0, y: 0 }, b, true).at(-1), { x: to.x, y: to.y + to.height / 2 });
});

const node = (kind, name, more = {}) => ({ id: `${kind}:${name}`, kind, name, type: kind === 'queue' ? 'classic' : 'topic', in_rate: 0, out_rate: 0, messages: 0, messages_ready: 0, messages_unacknowledged: 0, consumers: 0, idle: true, missing: false, ...more });

test('the picture says what is wrong in words, not in colours only', () => {
  const g = {
    vhost: '/', total_nodes: 5, grouped: false, complete: true,
    nodes: [node('exchange', 'x', { in_rate: 5, idle: false }), node('queue', 'full', { messages: 12431 }), node('queue', 'busy', { consumers: 2, out_rate: 9, idle: false }), node('exchange', 'gone', { missing: true }), node('queue', 'n'.repeat(255))],
    edges: [
      { from: 'exchange:x', to: 'queue:busy', kind: 'binding', routing_keys: ['a.#', 'b'], count: 2, rate: 99 },
      { from: 'queue:full', to: 'exchange:gone', kind: 'dead-letter', routing_keys: [''], count: 1, rate: 0 },
    ],
  };
  const p = pictureOf(g, { deadLetters: true, consumers: true });
  assert.deepEqual(p.boxes.map((b) => b.state), ['', 'untaken', '', 'missing', 'idle', '']);
  assert.match(p.boxes[1].label, /12.4k, no consumer/);
  assert.ok([...p.boxes[4].name].length < 30 && p.boxes[4].width < 300);
  assert.deepEqual(p.lines.map((l) => [l.kind, l.text]), [['binding', 'a.# +1'], ['dead-letter', ''], ['consume', '']]);
  assert.ok(p.lines[0].thick > p.lines[1].thick);
  assert.equal(pictureOf(g, { deadLetters: false, consumers: false }).lines.length, 1);
  const later = pictureOf({ ...g, nodes: g.nodes.map((n) => ({ ...n, in_rate: n.in_rate + 1 })) }, { deadLetters: true, consumers: true });
  assert.equal(shapeOf(later, 'LR'), shapeOf(p, 'LR'), 'numbers move nothing');
  assert.notEqual(lineID('a', 'b', 'binding'), lineID('a', 'b', 'alternate'));
  assert.equal(curve([{ x: 0, y: 0 }, { x: 1, y: 1 }]), 'M0.0 0.0L1.0 1.0');
});
