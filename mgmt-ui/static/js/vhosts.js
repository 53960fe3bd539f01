// The vhosts that the user sees, for pickers.

import { useLive } from './live.js';

/** Their names. @returns {string[]} */
export function useVhosts() {
  const { data } = useLive('vhosts?columns=name', { everyMs: 30000 });
  return (data ?? []).map((/** @type {{name: string}} */ v) => v.name);
}
