// What this browser remembers of its user: theme, vhost, columns, ranges.

import { effect, signal } from '@preact/signals';

/** @type {Map<string, import('@preact/signals').Signal<any>>} */
const prefs = new Map();

/**
 * A signal that is kept in this browser. The same key gives the same signal.
 * @template T
 * @param {string} key
 * @param {T} initial  what it is until the user says otherwise
 * @returns {import('@preact/signals').Signal<T>}
 */
export function pref(key, initial) {
  let s = prefs.get(key);
  if (!s) {
    s = signal(load(key, initial));
    prefs.set(key, s);
    const kept = s;
    effect(() => save(key, kept.value));
  }
  return s;
}

/** @param {string} key @param {any} initial */
function load(key, initial) {
  try {
    const text = localStorage.getItem('hutchmq.' + key);
    return text === null ? initial : JSON.parse(text);
  } catch {
    return initial;
  }
}

/** @param {string} key @param {any} value */
function save(key, value) {
  try {
    localStorage.setItem('hutchmq.' + key, JSON.stringify(value));
  } catch { /* private mode: it is kept until the page is left */ }
}

/** 'auto', 'light' or 'dark'. */
export const theme = pref('theme', 'auto');

/** The vhost that lists are limited to, or '' for all. */
export const vhost = pref('vhost', '');

/** Whether pages stand still. */
export const paused = signal(false);

const prefersDark = matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(prefersDark.matches);
prefersDark.addEventListener('change', (e) => { systemDark.value = e.matches; });

/** Whether the page is dark now, whoever wants it so. */
export const isDark = () => theme.value === 'dark' || (theme.value === 'auto' && systemDark.value);

effect(() => {
  const root = document.documentElement;
  if (theme.value === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme.value;
});
