// What the topology of a vhost looks like as a picture: boxes with their
// sizes and words, and lines between them. It knows no page.

import { count, number, rate, short } from './format.js';

/** @typedef {import('../../types/api').Graph} Graph */
/** @typedef {import('../../types/api').GraphNode} GraphNode */
/** @typedef {import('../../types/api').GraphEdge} GraphEdge */

/**
 * @typedef {object} Box
 * @property {string} id
 * @property {'exchange' | 'queue' | 'group' | 'consumers'} kind
 * @property {string} name   as it is shown, cut if it is long
 * @property {string} about  the line below
 * @property {string} label  all of it in words, those that are shown first
 * @property {'untaken' | 'idle' | 'missing' | ''} state
 * @property {number} width
 * @property {number} height
 * @property {GraphNode} [node]
 */

/**
 * @typedef {object} Line
 * @property {string} id
 * @property {string} from
 * @property {string} to
 * @property {'binding' | 'dead-letter' | 'alternate' | 'consume'} kind
 * @property {string} text   on the line; '' where there is no room for it
 * @property {number} rate
 * @property {number} thick
 * @property {number} width   of the text
 * @property {number} height
 */

/** @typedef {{boxes: Box[], lines: Line[]}} Picture */

const maxLetters = 26;
const letterWidth = 7.3;
const smallWidth = 6.3;
const maxWithConsumers = 60; // nodes, to which those who consume are drawn
const maxWithTexts = 70;      // lines that have room for a text

/** @param {string} text @param {number} most */
const cut = (text, most) => [...text].length > most ? [...text].slice(0, most - 1).join('') + '…' : text;

/** @param {string} from @param {string} to @param {string} kind */
export const lineID = (from, to, kind) => JSON.stringify([from, to, kind]);

/** Whether messages wait or come where nobody takes them. @param {GraphNode} n */
const isUntaken = (n) => n.kind === 'queue' && n.consumers === 0 && !n.missing && (n.messages > 0 || n.in_rate > 0);

/** @param {GraphNode} n */
function aboutOf(n) {
  if (n.missing) return '▲ is not there';
  if (n.kind === 'exchange') return `${n.type}${n.idle ? ' · idle' : ` · ${rate(n.in_rate)}/s`}`;
  const depth = `${short(n.messages)} · ${n.idle ? 'idle' : `${rate(Math.max(n.in_rate, n.out_rate))}/s`}`;
  if (n.kind === 'group') return n.type === 'queue' ? depth : `${rate(n.in_rate)}/s`;
  return isUntaken(n) ? `▲ ${short(n.messages)}, no consumer` : depth;
}

/** The name of a node for people. @param {Pick<GraphNode, 'kind' | 'name' | 'type' | 'members'>} n */
export function nameOf(n) {
  if (n.kind === 'group') return `${n.name}${n.name && '…'} ${count(n.members ?? 0, n.type)}`.trim();
  return n.name || '(default)';
}

/** @param {GraphNode} n @returns {Box} */
function boxOf(n) {
  const name = cut(nameOf(n), maxLetters), about = aboutOf(n);
  const state = n.missing ? 'missing' : isUntaken(n) ? 'untaken' : n.idle ? 'idle' : '';
  const words = Math.max([...name].length * letterWidth, [...about].length * smallWidth);
  return {
    id: n.id, kind: n.kind, name, about, state, node: n, width: Math.round(Math.max(84, words + 28)), height: 42,
    label: `${name} ${about}, ${n.kind}${n.kind === 'queue' ? ` with ${count(n.consumers, 'consumer')}` : ''}`,
  };
}

/** @param {GraphEdge} e @param {boolean} named @returns {Line} */
function lineOf(e, named) {
  const keys = e.routing_keys.filter(Boolean);
  const text = !named || !keys.length ? '' : cut(keys[0], 22) + (e.count > 1 ? ` +${e.count - 1}` : '');
  return {
    id: lineID(e.from, e.to, e.kind), from: e.from, to: e.to, kind: e.kind, text, rate: e.rate, thick: 1.3 + 1.3 * Math.log10(1 + e.rate),
    width: text ? Math.round([...text].length * smallWidth + 10) : 0, height: text ? 18 : 0,
  };
}

/** The consumers of a queue, as a box of their own. @param {GraphNode} n @returns {Picture} */
function consumersOf(n) {
  const id = 'consumers:' + n.name, name = count(n.consumers, 'consumer');
  return {
    boxes: [{ id, kind: 'consumers', name, about: '', label: `${name} of queue ${n.name}`, state: '', width: Math.round(name.length * smallWidth + 24), height: 26, node: n }],
    lines: [{ id: lineID(n.id, id, 'consume'), from: n.id, to: id, kind: 'consume', text: '', rate: n.out_rate, thick: 1.3 + 1.3 * Math.log10(1 + n.out_rate), width: 0, height: 0 }],
  };
}

/** @param {Graph} g @param {{deadLetters: boolean, consumers: boolean}} show @returns {Picture} */
export function pictureOf(g, show) {
  const edges = g.edges.filter((e) => show.deadLetters || e.kind === 'binding');
  const consumed = show.consumers && g.nodes.length <= maxWithConsumers ? g.nodes.filter((n) => n.kind === 'queue' && n.consumers > 0).map(consumersOf) : [];
  return {
    boxes: [...g.nodes.map(boxOf), ...consumed.flatMap((c) => c.boxes)],
    lines: [...edges.map((e) => lineOf(e, edges.length <= maxWithTexts)), ...consumed.flatMap((c) => c.lines)],
  };
}

/** What decides where things stand: numbers that change do not. @param {Picture} p @param {string} dir */
export const shapeOf = (p, dir) => JSON.stringify([dir, p.boxes.map((b) => [b.id, b.kind]), p.lines.map((l) => [l.id, l.text])]);

/** A line through points, without corners. @param {{x: number, y: number}[]} points */
export function curve(points) {
  const at = (/** @type {{x: number, y: number}} */ p) => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
  const middle = (/** @type {number} */ i) => ({ x: (points[i].x + points[i + 1].x) / 2, y: (points[i].y + points[i + 1].y) / 2 });
  let d = `M${at(points[0])}`;
  for (let i = 1; i < points.length - 1; i++) d += `Q${at(points[i])} ${at(i === points.length - 2 ? points[i + 1] : middle(i))}`;
  return points.length === 2 ? `${d}L${at(points[1])}` : d;
}

/** An edge in a sentence. @param {GraphEdge} e */
export function edgeWords(e) {
  const keys = e.routing_keys.map((k) => k || '(empty)').join(', ');
  if (e.kind === 'alternate') return 'what it cannot route';
  return `${e.kind === 'dead-letter' ? 'dead letters' : ''}${e.kind === 'dead-letter' && keys ? ', ' : ''}${e.kind === 'dead-letter' && keys === '(empty)' ? 'under their own keys' : keys}${e.count > e.routing_keys.length ? ` and ${number(e.count - e.routing_keys.length)} more` : ''}`;
}
