// Messages as a file: a line of JSON for each.

import { get } from './api.js';
import { count } from './dom.js';
import { filterQuery } from './messagefilter.js';
import { toast } from './toast.js';

const mostMessages = 5000;
const mostBytes = 64 << 20; // of text, in this browser's memory

/**
 * Saves what is selected, or all that match.
 * @param {{q: {name: string}, at: string, filter: import('./messagefilter.js').MessageFilter, ids: string[]}} of
 */
export async function download({ q, at, filter, ids }) {
  try {
    const { lines, whole } = ids.length > 0 ? await chosen(at, ids) : await matching(at, filter);
    if (!lines.length) return toast.failed('No message matches.');
    save(`${q.name.replace(/[^\w.-]+/g, '_').slice(0, 80)}.jsonl`, 'application/jsonl', lines.join('\n') + '\n');
    toast.done(`${count(lines.length, 'message')} saved.${whole ? '' : ' There are more.'}`);
  } catch (e) {
    toast.failed(e);
  }
}

/** @param {string} at @param {string[]} ids */
async function chosen(at, ids) {
  const lines = [];
  for (const id of ids) {
    const m = await one(at, id, {});
    if (m) lines.push(JSON.stringify(m));
  }
  return { lines, whole: true };
}

/**
 * The message at a position, or undefined if it is no longer there.
 * @param {string} at  the queue's path below /api
 * @param {string} id
 * @param {Record<string, string>} how
 * @returns {Promise<import('../../types/api').ReadyMessage | undefined>}
 */
export async function one(at, id, how) {
  const page = await get(at + '/messages', { query: { limit: 1, after: String(BigInt(id) - 1n), ...how } });
  return page.messages.find((/** @type {{id: string}} */ m) => m.id === id);
}

/** @param {string} at @param {import('./messagefilter.js').MessageFilter} filter */
async function matching(at, filter) {
  const lines = [];
  let size = 0, after;
  for (;;) {
    const page = await get(at + '/messages', { query: { limit: 100, ...filterQuery(filter), after } });
    for (const m of page.messages) {
      const line = JSON.stringify(m);
      lines.push(line);
      size += line.length;
    }
    if (page.end || !page.next) return { lines, whole: true };
    if (lines.length >= mostMessages || size >= mostBytes) return { lines, whole: false };
    after = page.next;
  }
}

/** Hands a text to the browser to save. @param {string} name @param {string} type @param {string} text */
export function save(name, type, text) {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(new Blob([text], { type }));
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
}
