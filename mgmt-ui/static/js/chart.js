// Charts over time, drawn by uPlot in the colours of the theme. Next to each
// picture stand its summary in words and, when asked for, its numbers.

import { Button, html, useEffect, useMemo, useRef, useState } from './dom.js';
import * as f from './format.js';
import { isDark, pref } from './prefs.js';

/**
 * @typedef {object} Series
 * @property {string} label
 * @property {string} color  the name of a token: "publish" for --c-publish
 * @property {(number | null)[]} values  one for each time
 */

/** What the user can look back on: how far and in which steps, in seconds. */
export const ranges = [
  { id: '1m', label: 'minute', age: 60, incr: 1 },
  { id: '10m', label: '10 min', age: 600, incr: 5 },
  { id: '1h', label: 'hour', age: 3600, incr: 60 },
  { id: '1d', label: 'day', age: 86400, incr: 1800 },
];

/** The range that charts show. */
export const range = pref('range', '1m');

const rangeNow = () => ranges.find((r) => r.id === range.value) ?? ranges[0];

/** The query that asks the API for samples of this range. @param {...string} kinds  "lengths", "msg_rates", "data_rates" */
export function samplesQuery(...kinds) {
  const { age, incr } = rangeNow();
  return kinds.map((k) => `${k}_age=${age}&${k}_incr=${incr}`).join('&');
}

/** @typedef {{rate?: number, samples?: {sample: number, timestamp: number}[]}} Details */

/**
 * Lines from samples: of counters, how fast they grew; of levels, what they were.
 * @param {{label: string, color: string, of?: Details, level?: boolean}[]} lines  all with samples at the same times
 * @returns {{times: number[], series: Series[]}} times in Unix seconds
 */
export function lines(lines) {
  const sampled = lines.find((l) => l.of?.samples?.length)?.of?.samples ?? [];
  const times = sampled.map((s) => s.timestamp / 1000).reverse();
  const series = lines.map(({ label, color, of, level }) => {
    const samples = [...(of?.samples ?? [])].reverse();
    const values = times.map((_, i) => samples[i] ? (level ? samples[i].sample : growth(samples[i - 1], samples[i])) : null);
    return { label, color, values };
  });
  return { times, series };
}

/** @param {{sample: number, timestamp: number} | undefined} a @param {{sample: number, timestamp: number}} b */
function growth(a, b) {
  if (!a || b.timestamp <= a.timestamp) return null;
  return Math.max(0, 1000 * (b.sample - a.sample) / (b.timestamp - a.timestamp));
}

/** The buttons that choose the range of all charts. */
export const RangePicker = () => html`
  <div class="segmented" role="group" aria-label="Look back on the last">
    ${ranges.map((r) => html`<button type="button" key=${r.id} aria-pressed=${r.id === rangeNow().id ? 'true' : 'false'} onClick=${() => { range.value = r.id; }}>${r.label}</button>`)}
  </div>`;

/**
 * @param {{title: string, times: number[], series: Series[], unit?: string, format?: (n: number | null) => string, height?: number}} p
 */
export function Chart({ title, times, series, unit = '', format = f.rate, height = 200 }) {
  const [asTable, setAsTable] = useState(false);
  const last = (/** @type {Series} */ s) => s.values.findLast((v) => v !== null) ?? null;
  const summary = `${title}: ` + series.map((s) => `${s.label} ${format(last(s))}${unit}`).join(', ');
  return html`
    <figure class="chart">
      <figcaption>
        <ul class="legend">${series.map((s) => html`
          <li key=${s.label}><i style=${`background:var(--c-${s.color})`}></i>${s.label}<b>${format(last(s))}${unit}</b></li>`)}</ul>
        <${Button} kind="quiet" icon=${asTable ? 'chart' : 'table'} label=${asTable ? 'Show as a chart' : 'Show as a table'} onClick=${() => setAsTable(!asTable)} />
      </figcaption>
      ${asTable ? html`<${Numbers} times=${times} series=${series} format=${format} height=${height} title=${title} />`
        : html`<${Picture} times=${times} series=${series} format=${format} height=${height} summary=${summary} />`}
    </figure>`;
}

/** @param {{times: number[], series: Series[], format: (n: number | null) => string, height: number, title: string}} p */
const Numbers = ({ times, series, format, height, title }) => html`
  <div class="chart-table" style=${`height:${height}px`} tabindex="0" role="region" aria-label=${title + ', in numbers'}>
    <table><thead><tr><th scope="col">Time</th>${series.map((s) => html`<th scope="col" class="right">${s.label}</th>`)}</tr></thead>
      <tbody>${times.map((t, i) => html`<tr key=${t}><td>${f.clock(t * 1000)}</td>${series.map((s) => html`<td class="right">${format(s.values[i])}</td>`)}</tr>`).reverse()}</tbody>
    </table>
  </div>`;

/** @param {{times: number[], series: Series[], format: (n: number | null) => string, height: number, summary: string}} p */
function Picture({ times, series, format, height, summary }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const dark = isDark();
  const labels = series.map((s) => s.label).join();
  const drawn = times.length > 1; // one point makes no line
  const data = useMemo(() => [times, ...series.map((s) => s.values)], [times, series]);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    if (!drawn) return;
    let gone = false;
    const home = /** @type {HTMLElement} */ (box.current);
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: home.clientWidth, height }));
    loadPlot().then((Plot) => {
      if (gone) return;
      plot.current = new Plot(options(home, series, format, height), latest.current, home);
      resize.observe(home);
    });
    return () => {
      gone = true;
      resize.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [dark, labels, height, drawn]);
  useEffect(() => { plot.current?.setData(data); }, [data]);
  return html`<div class="picture" ref=${box} role="img" aria-label=${summary} style=${`height:${height}px`}>
    ${!drawn && html`<p class="muted">Nothing is measured yet.</p>`}</div>`;
}

/** uPlot and its style sheet, when the first chart is drawn. @returns {Promise<any>} */
async function loadPlot() {
  if (!document.getElementById('uplot-css')) {
    const link = document.createElement('link');
    link.id = 'uplot-css';
    link.rel = 'stylesheet';
    link.href = new URL('../vendor/uplot/uPlot.min.css', import.meta.url).href;
    document.head.append(link);
  }
  return (await import('uplot')).default;
}

/** What a token is in the theme of now: a canvas knows no tokens. @param {HTMLElement} home @param {string} token */
function colorOf(home, token) {
  home.style.color = `var(${token})`;
  const { color } = getComputedStyle(home);
  home.style.color = '';
  return color;
}

/** @param {HTMLElement} home @param {Series[]} series @param {(n: number | null) => string} format @param {number} height */
function options(home, series, format, height) {
  const color = (/** @type {string} */ token) => colorOf(home, token);
  const axis = {
    stroke: color('--muted'), font: '11px ' + getComputedStyle(home).fontFamily, grid: { stroke: color('--line'), width: 1 }, ticks: { show: false },
  };
  return {
    width: home.clientWidth, height, legend: { show: false }, padding: [8, 24, 0, 0],
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ max) => [0, Math.max(format === f.rate ? 1 : 4, (max || 0) * 1.1)] } },
    axes: [
      { ...axis, size: 28, space: 90, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((t) => f.clock(t * 1000).slice(0, rangeNow().age > 600 ? 5 : 8)) },
      { ...axis, size: format === f.bytes ? 60 : 44, space: 36, ...(format === f.bytes && { incrs: powersOfTwo }), values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((v) => axisLabel(v, format)) },
    ],
    series: [{}, ...series.map((s, i) => line(s, color('--c-' + s.color), i === 0))],
    plugins: [tip(series, format)],
  };
}

/** Bytes are counted in steps that are whole in KiB and MiB. */
const powersOfTwo = Array.from({ length: 50 }, (_, i) => 2 ** i);

/** How a series is drawn. The first lies broad below the others: where all are equal, it still shows. @param {Series} s @param {string} stroke @param {boolean} first */
const line = (s, stroke, first) => ({
  label: s.label, stroke, width: first ? 3 : 1.5, fill: first ? stroke.replace(')', ', .09)').replace('rgb(', 'rgba(') : undefined, points: { show: false }, spanGaps: true,
});

/** @param {number} v @param {(n: number | null) => string} format */
const axisLabel = (v, format) => format === f.rate || format === f.number ? f.short(v) : format(v);

/** The values under the pointer. @param {Series[]} series @param {(n: number | null) => string} format */
function tip(series, format) {
  const box = document.createElement('div');
  box.className = 'chart-tip';
  box.hidden = true;
  return {
    hooks: {
      init: (/** @type {any} */ u) => u.over.append(box),
      setCursor: (/** @type {any} */ u) => {
        const { idx, left } = u.cursor;
        box.hidden = idx === null || idx === undefined || left < 0;
        if (box.hidden) return;
        box.textContent = f.clock(u.data[0][idx] * 1000);
        for (const [i, s] of series.entries()) {
          const line = document.createElement('span');
          line.textContent = `${s.label} ${format(u.data[i + 1][idx])}`;
          line.style.setProperty('--dot', `var(--c-${s.color})`);
          box.append(line);
        }
        const far = left > u.over.clientWidth / 2;
        box.style.left = far ? '' : `${left + 12}px`;
        box.style.right = far ? `${u.over.clientWidth - left + 12}px` : '';
      },
    },
  };
}
