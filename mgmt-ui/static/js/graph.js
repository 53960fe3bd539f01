// Draws a picture of a topology, which can be walked through by arrow keys.

import { Button, Loading, html, useEffect, useMemo, useRef, useState } from './dom.js';
import { curve, shapeOf } from './graphmodel.js';
import { save } from './messagefile.js';
import { usePanZoom } from './panzoom.js';

/** @typedef {import('./graphmodel.js').Picture} Picture */
/** @typedef {import('./graphmodel.js').Box} Box */
/** @typedef {import('./layout.js').Placed} Placed */

/**
 * Where everything stands, as the worker says; the last answer until then.
 * @param {Picture} picture @param {'LR' | 'TB'} dir
 */
function usePlaces(picture, dir) {
  const [placed, setPlaced] = useState(/** @type {{shape: string, at: Placed} | null} */ (null));
  const [failed, setFailed] = useState('');
  const shape = shapeOf(picture, dir);
  useEffect(() => {
    const worker = new Worker(new URL('./layout.js', import.meta.url), { type: 'module' });
    worker.onmessage = (e) => {
      setPlaced({ shape, at: e.data });
      setFailed('');
      worker.terminate();
    };
    worker.onerror = () => setFailed('The picture cannot be laid out here. Look at the list instead.');
    worker.postMessage({
      id: 0, dir, nodes: picture.boxes.map(({ id, width, height }) => ({ id, width, height })),
      edges: picture.lines.map(({ id, from, to, width, height }) => ({ id, from, to, width, height })),
    });
    return () => worker.terminate();
  }, [shape]);
  return { placed, failed };
}

const legible = 0.5; // how small a picture is at first

/**
 * @param {object} p
 * @param {Picture} p.picture
 * @param {'LR' | 'TB'} p.dir
 * @param {string} p.chosen   the box that is open; '' for none
 * @param {(id: string) => void} p.onChoose
 * @param {Set<string> | null} p.lit    ids of boxes and lines: the others stand back
 * @param {string} p.name     of the file that is saved
 */
export function GraphView({ picture, dir, chosen, onChoose, lit, name }) {
  const svg = useRef(/** @type {SVGSVGElement | null} */ (null));
  const layer = useRef(/** @type {SVGGElement | null} */ (null));
  const hand = usePanZoom(svg, layer);
  const { placed, failed } = usePlaces(picture, dir);
  const [here, setHere] = useState('');
  const at = placed?.at;
  const boxes = useMemo(() => picture.boxes.filter((b) => at?.nodes[b.id]), [picture, at]);
  useEffect(() => { if (at) hand.fit(at.width, at.height, legible); }, [placed?.shape]);
  useEffect(() => {
    const p = chosen && at?.nodes[chosen];
    if (p) hand.show(p.x, p.y);
  }, [chosen, placed?.shape]);
  /** @param {string} id */
  const step = (id) => {
    setHere(id);
    const p = at?.nodes[id];
    if (p) hand.show(p.x, p.y);
    /** @type {SVGGElement | null | undefined} */ (svg.current?.querySelector(`[data-id="${CSS.escape(id)}"]`))?.focus();
  };
  const keys = keysOf(hand, () => at && hand.fit(at.width, at.height));
  /** @param {KeyboardEvent} e */
  const onKeyDown = (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || !at) return;
    if (e.key === 'Enter' || e.key === ' ') here && onChoose(here);
    else if (e.key === 'Escape' && chosen) onChoose('');
    else if (e.key.startsWith('Arrow') && !e.shiftKey) step(neighbour(at, boxes, here, e.key) ?? boxes[0]?.id ?? '');
    else if (keys[e.key]) keys[e.key]();
    else return;
    e.preventDefault();
  };
  const first = boxes.some((b) => b.id === here) ? here : boxes[0]?.id;
  return html`
    <div class="graph">
      <svg ref=${svg} role="group" aria-label="Topology. Arrow keys go from one to the next, Enter opens, plus and minus zoom, 0 shows all" onKeyDown=${onKeyDown}>
        <defs>${['binding', 'dead-letter', 'alternate', 'consume', 'still', 'lit'].map((kind) => html`
          <marker key=${kind} id=${'arrow-' + kind} class=${'arrow ' + kind} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 7.5 4 0 7.5z" /></marker>`)}</defs>
        <g ref=${layer}>${at && html`
          ${picture.lines.map((l) => at.edges[l.id] && html`<${Line} key=${l.id} l=${l} at=${at.edges[l.id]} lit=${lit} />`)}
          ${boxes.map((b) => html`<${Node} key=${b.id} b=${b} p=${at.nodes[b.id]} tab=${b.id === first} chosen=${b.id === chosen} lit=${lit}
            onChoose=${() => { setHere(b.id); onChoose(b.id); }} onFocus=${() => setHere(b.id)} />`)}`}</g>
      </svg>
      ${!at && (failed ? html`<p class="graph-wait" role="alert">${failed}</p>` : html`<div class="graph-wait"><${Loading} /></div>`)}
      <div class="graph-tools">
        <${Button} icon="plus" label="Enlarge (+)" onClick=${() => hand.zoom(1.3)} />
        <${Button} icon="minus" label="Make smaller (−)" onClick=${() => hand.zoom(1 / 1.3)} />
        <${Button} icon="fit" label="Show all (0)" onClick=${() => at && hand.fit(at.width, at.height)} />
        <${Button} icon="save" label="Save as SVG" onClick=${() => svg.current && at && save(`${name}.svg`, 'image/svg+xml', asFile(svg.current, at))} />
      </div>
    </div>`;
}

/** @param {ReturnType<typeof usePanZoom>} hand @param {() => any} all @returns {Record<string, () => any>} */
const keysOf = (hand, all) => ({
  '+': () => hand.zoom(1.25), '=': () => hand.zoom(1.25), '-': () => hand.zoom(0.8), 0: all,
  ArrowLeft: () => hand.pan(60, 0), ArrowRight: () => hand.pan(-60, 0), ArrowUp: () => hand.pan(0, 60), ArrowDown: () => hand.pan(0, -60),
});

/** The nearest box in a direction: what is aside counts as further away. @param {Placed} at @param {Box[]} boxes @param {string} from @param {string} key */
export function neighbour(at, boxes, from, key) {
  const here = at.nodes[from];
  if (!here) return undefined;
  const [dx, dy] = /** @type {Record<string, number[]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] })[key];
  let best = from, least = Infinity;
  for (const b of boxes) {
    const x = at.nodes[b.id].x - here.x, y = at.nodes[b.id].y - here.y;
    const ahead = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead > 1 && ahead + 2 * aside < least) [best, least] = [b.id, ahead + 2 * aside];
  }
  return best;
}

/** @param {{l: import('./graphmodel.js').Line, at: Placed['edges'][string], lit: Set<string> | null}} p */
function Line({ l, at, lit }) {
  const on = lit?.has(l.id);
  const still = l.rate === 0 && (l.kind === 'binding' || l.kind === 'consume');
  return html`
    <g class=${`line ${l.kind}${l.rate > 0 ? ' busy' : ''}${on ? ' lit' : lit ? ' dim' : ''}`} aria-hidden="true">
      <path d=${curve(at.points)} stroke-width=${on ? Math.max(2.6, l.thick) : l.thick} marker-end=${`url(#arrow-${on ? 'lit' : still ? 'still' : l.kind})`} />
      ${l.text && at.label && html`<rect x=${at.label.x - l.width / 2} y=${at.label.y - 9} width=${l.width} height="18" rx="4" /><text x=${at.label.x} y=${at.label.y + 4}>${l.text}</text>`}
    </g>`;
}

const rounding = { exchange: 21, queue: 6, group: 6, consumers: 13 };

/** @param {{b: Box, p: {x: number, y: number}, tab: boolean, chosen: boolean, lit: Set<string> | null, onChoose: () => void, onFocus: () => void}} p */
function Node({ b, p, tab, chosen, lit, onChoose, onFocus }) {
  const x = -b.width / 2, y = -b.height / 2;
  return html`
    <g class=${`node ${b.kind} ${b.state}${chosen ? ' chosen' : ''}${lit ? lit.has(b.id) ? ' lit' : ' dim' : ''}`} transform=${`translate(${p.x} ${p.y})`} data-id=${b.id}
      role="button" aria-label=${b.label} aria-pressed=${chosen ? 'true' : 'false'} tabindex=${tab ? 0 : -1} onClick=${onChoose} onFocus=${onFocus}>
      ${b.kind === 'group' && html`<rect class="behind" x=${x + 4} y=${y + 4} width=${b.width} height=${b.height} rx="6" />`}
      <rect class="box" x=${x} y=${y} width=${b.width} height=${b.height} rx=${rounding[b.kind]} />
      <text class="name" y=${b.about ? -2 : 4}>${b.name}</text>
      ${b.about && html`${' '}<text class="about" y="13">${b.about}</text>`}
    </g>`;
}

const kept = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor'];

/** The drawing as a file that needs no style sheet. @param {SVGSVGElement} svg @param {Placed} at */
function asFile(svg, at) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  const from = svg.querySelectorAll('*'), to = copy.querySelectorAll('*');
  from.forEach((e, i) => {
    const style = getComputedStyle(e);
    if (/^(path|rect|text|g)$/.test(e.tagName)) for (const k of kept) to[i].setAttribute(k, style.getPropertyValue(k));
    for (const k of ['class', 'tabindex', 'data-id', 'role', 'aria-pressed']) to[i].removeAttribute(k);
  });
  copy.querySelector('g')?.removeAttribute('transform');
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${Math.ceil(at.width)} ${Math.ceil(at.height)}`);
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [k, v] of [['width', '100%'], ['height', '100%'], ['fill', getComputedStyle(svg).backgroundColor]]) ground.setAttribute(k, v);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}
