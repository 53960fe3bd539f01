// The address of a page: "#/queues/%2F/orders?tab=bindings". The paths are
// those of RabbitMQ's UI, so that bookmarks and runbooks go on working.

import { signal } from '@preact/signals';

/**
 * @typedef {object} Address
 * @property {string[]} path  decoded segments
 * @property {Record<string, string>} query
 */

/** @returns {Address} */
function parse() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/').filter(Boolean).map(decode), query: Object.fromEntries(new URLSearchParams(query ?? '')) };
}

/** @param {string} segment */
function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Where the user is. */
export const address = signal(parse());
addEventListener('hashchange', () => { address.value = parse(); });

/**
 * The address of a page, from decoded segments.
 * @param {string[]} path
 * @param {Record<string, string>} [query]  empty values are left out
 */
export function href(path, query = {}) {
  const set = Object.entries(query).filter(([, v]) => v !== '' && v !== undefined);
  const search = set.length ? '?' + new URLSearchParams(set) : '';
  return '#/' + path.map(encodeURIComponent).join('/') + search;
}

/** @param {string} to  from href */
export function go(to) { location.hash = to; }

/**
 * Changes the query of this page. It makes no entry in the history: going
 * back leaves the page.
 * @param {Record<string, string>} patch  an empty value takes a key away
 */
export function setQuery(patch) {
  const { path, query } = address.peek();
  history.replaceState(null, '', href(path, { ...query, ...patch }));
  address.value = parse();
}

/** The default exchange has no name; a path has no empty segment. */
export const exchangeSegment = (/** @type {string} */ name) => name === '' ? 'amq.default' : name;

/** @param {{vhost: string, name: string}} q */
export const queueHref = (q) => href(['queues', q.vhost, q.name]);
/** @param {{vhost: string, name: string}} x */
export const exchangeHref = (x) => href(['exchanges', x.vhost, exchangeSegment(x.name)]);
/** @param {string} name */
export const connectionHref = (name) => href(['connections', name]);
/** @param {string} name */
export const channelHref = (name) => href(['channels', name]);
