// Numbers in words. What is not known is a dash, never a zero.

export const none = '–';
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const upToTenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {number | undefined | null} n */
const known = (n) => typeof n === 'number' && Number.isFinite(n);

/** "12,431" @param {number | undefined | null} n */
export const number = (n) => known(n) ? whole.format(/** @type {number} */ (n)) : none;

/** "12.4k" where room is short @param {number | undefined | null} n */
export function short(n) {
  if (!known(n)) return none;
  const v = /** @type {number} */ (n);
  if (Math.abs(v) < 10000) return (Math.abs(v) < 10 ? upToTenths : whole).format(v);
  const [unit, size] = Math.abs(v) < 1e6 ? ['k', 1e3] : Math.abs(v) < 1e9 ? ['M', 1e6] : ['G', 1e9];
  return (Math.abs(v) < 100 * size ? upToTenths : whole).format(v / size) + unit;
}

/** Per second: "0", "4.2", "1,204" @param {number | undefined | null} n */
export function rate(n) {
  if (!known(n)) return none;
  const v = /** @type {number} */ (n);
  return v !== 0 && Math.abs(v) < 10 ? tenths.format(v) : whole.format(v);
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** "1.2 MiB" @param {number | undefined | null} n */
export function bytes(n) {
  if (!known(n)) return none;
  let v = /** @type {number} */ (n);
  let unit = 0;
  for (; Math.abs(v) >= 1024 && unit < byteUnits.length - 1; unit++) v /= 1024;
  return (unit > 0 && v < 100 ? tenths : whole).format(v) + ' ' + byteUnits[unit];
}

const spans = /** @type {[number, string][]} */ ([[86400e3, 'd'], [3600e3, 'h'], [60e3, 'min'], [1e3, 's']]);

/** "3 h 12 min" @param {number | undefined | null} ms */
export function span(ms) {
  if (!known(ms)) return none;
  let rest = /** @type {number} */ (ms);
  if (rest < 1000) return `${Math.round(rest)} ms`;
  const parts = [];
  for (const [size, unit] of spans) {
    if (rest >= size) {
      parts.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
    } else if (parts.length) {
      break;
    }
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** How long ago: "2 min" @param {number | undefined | null} atMs Unix time */
export const age = (atMs) => known(atMs) ? span(Math.max(0, Date.now() - /** @type {number} */ (atMs))).split(/(?<=[a-z]) /)[0] : none;

/** "14:02:31" @param {number} atMs */
export const clock = (atMs) => new Date(atMs).toLocaleTimeString('en-GB');

/** @param {number | undefined | null} share of one */
export const percent = (share) => known(share) ? whole.format(100 * /** @type {number} */ (share)) + ' %' : none;

/** "1 message", "12,431 messages" @param {number} n @param {string} noun */
export const count = (n, noun) => `${number(n)} ${n === 1 ? noun : plural(noun)}`;

/** "queues", "policies" @param {string} noun */
export const plural = (noun) => /[^aeiou]y$/.test(noun) ? noun.slice(0, -1) + 'ies' : noun + 's';
