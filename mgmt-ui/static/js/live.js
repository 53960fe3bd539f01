// Data that keeps itself up to date while somebody looks at it: the tab's stream
// tells what has changed, and what it does not tell is asked for.

import { effect } from '@preact/signals';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { failure, get } from './api.js';
import { paused } from './prefs.js';
import { listenTo, listenWith, restart } from './stream.js';

const everyMs = 2000;
const streamedMs = 5000; // what is asked for less often is not worth a place in the stream
const leavingMs = 30;    // who changes something may leave the page with it
const seldom = ['vhosts', 'users']; // lists that are short, and asked for again when they have changed

/**
 * @template T
 * @typedef {object} Live
 * @property {T | undefined} data   the last answer; kept when a later question fails
 * @property {Error | undefined} error  why there was no answer to the last question
 */

/**
 * What is known of a path, for all who show it.
 * @typedef {object} Entry
 * @property {string} path
 * @property {Map<(answer: Live<any>) => void, number>} tells  who shows it, and how often it is asked for, in ms
 * @property {Live<any> | undefined} answer
 * @property {boolean} streamed  the stream tells of it
 * @property {AbortController | undefined} asking
 * @property {number} timer
 */

/** @type {Map<string, Entry>} */
const entries = new Map();

/**
 * What a GET of path answers, and again when that has changed. It stands still
 * while the tab is hidden or the user has paused it; a question that is no
 * longer needed is aborted. With path null, nothing is asked.
 * @param {string | null} path  below /api, with its query
 * @param {{everyMs?: number}} [options]  how often it is asked for where no stream comes through
 * @returns {Live<any>}
 */
export function useLive(path, options = {}) {
  const [state, setState] = useState(/** @type {Live<any> & {path: string | null}} */ ({ path, data: undefined, error: undefined }));
  const period = options.everyMs ?? everyMs;
  useEffect(() => path === null ? undefined : show(path, period, (answer) => setState({ path, ...answer })), [path, period]);
  // What is known of another path's object must not be shown as this one's.
  return state.path === path || sameObject(state.path, path) ? state : { data: undefined, error: undefined };
}

/** @param {string | null} a @param {string | null} b */
const sameObject = (a, b) => a !== null && b !== null && a.split('?')[0] === b.split('?')[0];

/** Asks again for all that is shown: after a change, or when the user says so. */
export function refresh() {
  setTimeout(() => {
    for (const e of entries.values()) ask(e);
    restart();
  }, leavingMs);
}

/**
 * Tells of a path until what it returns is called.
 * @param {string} path @param {number} period @param {(answer: Live<any>) => void} tell
 */
function show(path, period, tell) {
  const e = entries.get(path) ?? { path, tells: new Map(), answer: undefined, streamed: false, asking: undefined, timer: 0 };
  entries.set(path, e);
  e.tells.set(tell, period);
  if (e.answer) tell(e.answer);
  if (!e.asking) e.answer ? askLater(e) : ask(e); // the others may want it less often
  listen();
  return () => {
    e.tells.delete(tell);
    if (e.tells.size) return;
    clearTimeout(e.timer);
    e.asking?.abort();
    entries.delete(path);
    listen();
  };
}

/** @param {Entry} e @param {Live<any>} answer */
function say(e, answer) {
  e.answer = answer;
  for (const tell of e.tells.keys()) tell(answer);
}

/** Asks for a path by GET. An older question is dropped: its answer may be old. @param {Entry} e */
async function ask(e) {
  clearTimeout(e.timer);
  e.asking?.abort();
  e.asking = undefined;
  if (document.hidden) return;
  const asking = e.asking = new AbortController();
  let answer;
  try {
    answer = { data: await get(e.path, { signal: asking.signal }), error: undefined };
  } catch (error) {
    answer = { data: e.answer?.data, error: /** @type {Error} */ (error) };
  }
  if (asking.signal.aborted) return;
  e.asking = undefined;
  say(e, answer);
  askLater(e);
}

/** @param {Entry} e */
const periodOf = (e) => Math.min(...e.tells.values());

/** @param {Entry} e */
function askLater(e) {
  clearTimeout(e.timer);
  if (!e.streamed && !paused.peek()) e.timer = setTimeout(ask, periodOf(e), e);
}

/** Has the stream tell of what is shown. */
function listen() {
  const still = paused.peek() || document.hidden;
  listenTo(still ? [] : [...entries.values()].filter((e) => periodOf(e) <= streamedMs).map((e) => e.path));
}

listenWith({
  answered(path, status, data) {
    const e = entries.get(path);
    if (!e) return;
    const fine = status === 200, tooLarge = status === 413;
    e.streamed = fine || status === 404; // of what else is wrong the stream tells once
    if (!tooLarge) {
      e.asking?.abort();
      e.asking = undefined;
      say(e, fine ? { data, error: undefined } : { data: e.answer?.data, error: failure(status, data) });
    }
    if (!e.asking) askLater(e);
  },
  changed(event) {
    const list = event.split('.')[0] + 's';
    if (!seldom.includes(list)) return;
    for (const e of entries.values()) if (!e.streamed && e.path.split(/[/?]/)[0] === list) ask(e);
  },
  broken() {
    for (const e of entries.values()) {
      e.streamed = false;
      if (!e.asking) askLater(e);
    }
  },
});

/** Goes on, or stands still. */
function turn() {
  listen();
  for (const e of entries.values()) {
    e.streamed = false;
    ask(e); // what stands still is as it was then
  }
}
let wasPaused = false;
effect(() => {
  if (paused.value !== wasPaused) turn();
  wasPaused = paused.value;
});
document.addEventListener('visibilitychange', turn);

/**
 * The last values of a number, for a sparkline: one for each answer.
 * @param {number} kept  how many
 * @returns {(key: string, answer: any, value: number) => number[]}
 */
export function useTrail(kept) {
  const trails = useRef(/** @type {Map<string, {of: any, values: number[]}>} */ (new Map()));
  return useCallback((key, answer, value) => {
    const t = trails.current.get(key) ?? { of: undefined, values: [] };
    if (t.of !== answer) {
      t.of = answer;
      t.values = [...t.values, value].slice(-kept);
      trails.current.set(key, t);
    }
    return t.values;
  }, [kept]);
}
