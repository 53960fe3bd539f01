// Short words in a corner on what was done, and what failed.

import { signal } from '@preact/signals';

/** @typedef {{id: number, text: string, tone: 'ok'|'bad'}} Note */

/** What is shown now. @type {import('@preact/signals').Signal<Note[]>} */
export const notes = signal([]);

let last = 0;
const maxNotes = 4;

/** @param {string} text @param {'ok'|'bad'} tone @param {number} forMs */
function show(text, tone, forMs) {
  const note = { id: ++last, text, tone };
  notes.value = [...notes.value, note].slice(-maxNotes);
  setTimeout(() => dismiss(note.id), forMs);
}

/** @param {number} id */
export function dismiss(id) { notes.value = notes.value.filter((n) => n.id !== id); }

export const toast = {
  /** @param {string} text */
  done: (text) => show(text, 'ok', 4000),
  /** @param {string | Error | unknown} why */
  failed: (why) => show(why instanceof Error ? why.message : String(why), 'bad', 10000),
  /** What failed before is no news once something went well. */
  settled: () => { notes.value = notes.value.filter((n) => n.tone !== 'bad'); },
};
