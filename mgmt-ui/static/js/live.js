// Data that keeps itself up to date while somebody looks at it.

import { signal } from '@preact/signals';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.js';
import { paused } from './prefs.js';

const everyMs = 2000;

/** Counts up when all that is shown is to be asked for again. */
const asked = signal(0);

/** Asks again for all that is shown: after a change, or when the user says so. */
export function refresh() { asked.value++; }

/**
 * @template T
 * @typedef {object} Live
 * @property {T | undefined} data   the last answer; kept when a later question fails
 * @property {Error | undefined} error  why there was no answer to the last question
 */

/**
 * What a GET of path answers, asked for again every two seconds. It stands
 * still while the tab is hidden or the user has paused it; a question that is
 * no longer needed is aborted. With path null, nothing is asked.
 * @param {string | null} path  below /api, with its query
 * @param {{everyMs?: number}} [options]
 * @returns {Live<any>}
 */
export function useLive(path, options = {}) {
  const [state, setState] = useState(/** @type {Live<any> & {path: string | null}} */ ({ path, data: undefined, error: undefined }));
  const still = paused.value;
  const again = asked.value;
  const period = options.everyMs ?? everyMs;
  useEffect(() => {
    if (path === null) return;
    const leave = new AbortController();
    let timer = 0, waiting = false;
    const ask = async () => {
      if (waiting || document.hidden) return;
      clearTimeout(timer);
      waiting = true;
      await answer(path, leave.signal, setState);
      waiting = false;
      if (!leave.signal.aborted && !still) timer = setTimeout(ask, period);
    };
    const wake = () => { if (!still) ask(); };
    ask();
    document.addEventListener('visibilitychange', wake);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      clearTimeout(timer);
      leave.abort();
    };
  }, [path, still, again, period]);
  // What is known of another path's object must not be shown as this one's.
  return state.path === path || sameObject(state.path, path) ? state : { data: undefined, error: undefined };
}

/** @param {string | null} a @param {string | null} b */
const sameObject = (a, b) => a !== null && b !== null && a.split('?')[0] === b.split('?')[0];

/** @param {string} path @param {AbortSignal} abort @param {(f: any) => void} setState */
async function answer(path, abort, setState) {
  try {
    const data = await get(path, { signal: abort });
    if (!abort.aborted) setState({ path, data, error: undefined });
  } catch (error) {
    if (abort.aborted) return;
    setState((/** @type {any} */ s) => ({ path, data: s.path === path ? s.data : undefined, error }));
  }
}

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
