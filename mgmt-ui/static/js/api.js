// Requests to the HTTP API, with the session's cookie. Whatever goes wrong
// comes back as an ApiError whose message is a sentence for the user.

import { signal } from '@preact/signals';

/** An answer that was no success, or none at all (status 0). */
export class ApiError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Who is logged in: undefined until asked, null for nobody.
 * @type {import('@preact/signals').Signal<import('../../types/api').User | null | undefined>}
 */
export const user = signal(undefined);

/** Whether the broker answered when it was last asked. */
export const reachable = signal(true);

/**
 * A path below /api, from text and names that are encoded.
 * @param {TemplateStringsArray} text
 * @param {...(string|number)} names
 */
export function path(text, ...names) {
  return text.reduce((all, part, i) => all + encodeURIComponent(String(names[i - 1])) + part);
}

/**
 * @typedef {object} Ask
 * @property {Record<string, string|number|boolean|undefined>} [query]
 * @property {AbortSignal} [signal]
 * @property {Record<string, string>} [headers]
 */

/** @param {string} at @param {Ask} [ask] @returns {Promise<any>} */
export const get = (at, ask) => send('GET', at, undefined, ask);
/** @param {string} at @param {any} body @param {Ask} [ask] @returns {Promise<any>} */
export const put = (at, body = {}, ask = {}) => send('PUT', at, body, ask);
/** @param {string} at @param {any} body @param {Ask} [ask] @returns {Promise<any>} */
export const post = (at, body = {}, ask = {}) => send('POST', at, body, ask);
/** @param {string} at @param {Ask} [ask] @returns {Promise<any>} */
export const del = (at, ask) => send('DELETE', at, undefined, ask);

/** @param {string} method @param {string} at @param {any} body @param {Ask} [ask] */
async function send(method, at, body, { query = {}, signal: abort, headers = {} } = {}) {
  const set = Object.entries(query).filter(([, v]) => v !== undefined).map(([k, v]) => [k, String(v)]);
  const url = 'api/' + at + (set.length ? '?' + new URLSearchParams(set) : '');
  if (body !== undefined && !(body instanceof URLSearchParams) && !(body instanceof FormData)) {
    headers = { ...headers, 'Content-Type': 'application/json' };
    body = JSON.stringify(body);
  }
  const r = await reach(url, { method, body, headers, signal: abort, credentials: 'same-origin' });
  const text = await r.text();
  if (r.ok) return text === '' ? undefined : decode(text);
  if (r.status === 401 && at !== 'login' && !isRefusal(text)) user.value = null;
  throw failure(r.status, decode(text));
}

/** What to say of an answer that is no success. @param {number} status @param {any} body */
export const failure = (status, body) => new ApiError(status, reason(status, body?.reason));

/** fetch, with word of whether the broker answers. @param {string} url @param {RequestInit} init */
export async function reach(url, init) {
  try {
    const r = await fetch(url, init);
    reachable.value = true;
    return r;
  } catch (e) {
    if (init.signal?.aborted) throw e;
    reachable.value = false;
    throw new ApiError(0, 'The broker does not answer.');
  }
}

/** @param {string} text */
function decode(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** RabbitMQ answers 401 to those it knows and refuses, too. @param {string} text */
const isRefusal = (text) => decode(text)?.error === 'not_authorised';

const words = /** @type {Record<string, string>} */ ({
  401: 'Name or password is wrong.',
  403: 'You may not do that.',
  404: 'It is not there (any more).',
  405: 'The broker does not do that.',
  413: 'That is too large.',
  429: 'Too many attempts. Wait a little.',
});

/** What RabbitMQ's API says to those it refuses, in sentences. */
const refusals = /** @type {Record<string, string>} */ ({
  'Not administrator user': 'Only an administrator may do that.',
  'Not monitor user': 'Only those who monitor may see that: your user needs the tag monitoring.',
  'Not policymaker user': 'Only those who make policies may do that: your user needs the tag policymaker.',
  'Not management user': 'Your user may not use this: it has no tag.',
  'User not authorised to access virtual host': 'Your user has no permission in this vhost.',
  'User not authorised to access object': 'Your user may not do that with it.',
});

/** @param {number} status @param {any} said */
function reason(status, said) {
  if (said === 'Not_Authorized') return words[401];
  if (said === 'Object Not Found' || said === 'Not Found') return words[404];
  if (typeof said === 'string' && said) return refusals[said] ?? said;
  if (said) return JSON.stringify(said);
  return words[status] ?? `The broker answered ${status}.`;
}

/** Asks who is logged in. */
export async function whoami() {
  try {
    user.value = await get('whoami');
  } catch (e) {
    if (!(e instanceof ApiError) || e.status !== 401) throw e;
    user.value = null;
  }
}

/** @param {string} name @param {string} password */
export async function login(name, password) {
  await post('login', new URLSearchParams({ username: name, password }));
  await whoami();
}

export async function logout() {
  await del('login');
  user.value = null;
}

/** Whether the user has a tag, or is an administrator. @param {string} tag */
export function may(tag) {
  const tags = user.value?.tags ?? [];
  return tags.includes('administrator') || tags.includes(tag);
}
