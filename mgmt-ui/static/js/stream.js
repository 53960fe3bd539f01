// The tab's one stream of events: answers to paths, as they change. It is read
// by fetch and not by EventSource, which tells nobody why it was refused.

import { effect } from '@preact/signals';
import { reach, reachable } from './api.js';

/**
 * Who listens.
 * @typedef {object} Listener
 * @property {(path: string, status: number, data: any) => void} answered  what a GET of path would answer; 200 when all went well
 * @property {(event: string) => void} changed  "queue.created"
 * @property {() => void} broken  nothing comes any more, until something is answered again
 */

const gatherMs = 200;    // for all that a page shows to be known
const leaveMs = 3000;    // until what is no longer shown is left out
const silentMs = 40_000; // the broker says something every 15 seconds
const firstMs = 5000;    // at the beginning at once: else something on the way keeps it back
const mostMs = 30_000;   // between two tries
const mostPaths = 30;    // the broker takes 32 topics

/** @typedef {{paths: Set<string>, abort: AbortController, watch: number}} Stream */

/** @type {Listener} */
let listener;
/** @type {Set<string>} */
let wanted = new Set();
let open = /** @type {Stream | null} */ (null);
let timer = 0, tries = 0;

/** @param {Listener} l */
export function listenWith(l) { listener = l; }

/** Says what the stream is about from now on; nothing ends it. @param {string[]} paths */
export function listenTo(paths) {
  wanted = new Set(paths.slice(0, mostPaths));
  if (!wanted.size) close();
  else if (open === null) plan(tries ? undefined : gatherMs);
  else if (![...wanted].every((p) => open?.paths.has(p))) plan(gatherMs);
  else if (open.paths.size > wanted.size) plan(leaveMs);
  else clearTimeout(timer);
}

/** Has the broker say everything anew: what comes after is newer than now. */
export function restart() {
  if (wanted.size && !tries) plan(gatherMs);
}

/** @param {number} [ms]  without it, what is planned stays */
function plan(ms) {
  if (ms === undefined) return;
  clearTimeout(timer);
  timer = setTimeout(connect, ms);
}

function close() {
  clearTimeout(timer);
  open?.abort.abort();
  open = null;
  tries = 0;
}

async function connect() {
  open?.abort.abort();
  const stream = { paths: wanted, abort: new AbortController(), watch: 0 };
  open = stream;
  let waitMs = 0;
  watch(stream, firstMs);
  try {
    const query = new URLSearchParams([['topics', 'changes'], ...[...wanted].map((p) => ['get', p])]);
    const r = await reach('api/x/events?' + query, { signal: stream.abort.signal, credentials: 'same-origin', cache: 'no-store' });
    waitMs = 1000 * (Number(r.headers.get('Retry-After')) || 0);
    if (r.ok && r.body && r.headers.get('Content-Type')?.startsWith('text/event-stream')) await read(r.body, stream);
    else r.body?.cancel();
  } catch { /* it is broken, however that was */ }
  clearTimeout(stream.watch);
  if (open !== stream) return;
  stream.abort.abort();
  open = null;
  tries++;
  plan(Math.max(waitMs, Math.min(mostMs, 500 * 2 ** tries) * (0.5 + Math.random() / 2)));
  listener.broken();
}

// When the broker is there again, there is no need to wait any longer.
effect(() => { if (reachable.value && open === null && tries > 0) plan(gatherMs); });

/** Ends a stream unless something comes in time. @param {Stream} stream @param {number} ms */
function watch(stream, ms) {
  clearTimeout(stream.watch);
  stream.watch = setTimeout(() => stream.abort.abort(), ms);
}

/** Takes events until the stream ends. @param {ReadableStream<Uint8Array>} body @param {Stream} stream */
async function read(body, stream) {
  const reader = body.pipeThrough(/** @type {any} */ (new TextDecoderStream())).getReader();
  for (let rest = ''; ;) {
    const { value, done } = await reader.read();
    if (done || open !== stream) return;
    watch(stream, silentMs);
    const events = (rest + value).split('\n\n');
    rest = /** @type {string} */ (events.pop());
    events.forEach(take);
  }
}

/** @param {string} event */
function take(event) {
  const kind = /^event: (.*)$/m.exec(event)?.[1], data = /^data: (.*)$/m.exec(event)?.[1];
  if (!data) return;
  const told = JSON.parse(data);
  tries = 0;
  if (kind === 'get') listener.answered(told.topic, told.status ?? 200, told.data);
  if (kind === 'changes') listener.changed(told.data.event);
}
