// The keyboard. Pages and parts say which keys they take while they are shown.

import { useEffect, useRef } from 'preact/hooks';

/** @typedef {{keys: string, does: string}} Shortcut */

/** What the help shows. @type {Shortcut[]} */
export const shortcuts = [
  { keys: 'Ctrl K', does: 'Find a queue, an exchange, a page or an action' },
  { keys: '/', does: 'Filter the list' },
  { keys: 'j  k', does: 'Next and previous row' },
  { keys: 'Enter', does: 'Open the row' },
  { keys: 'x', does: 'Select the row' },
  { keys: 'g o', does: 'Overview' },
  { keys: 'g t', does: 'Topology' },
  { keys: 'g q', does: 'Queues' },
  { keys: 'g e', does: 'Exchanges' },
  { keys: 'g c', does: 'Connections' },
  { keys: 'g d', does: 'Dead letters' },
  { keys: 'p', does: 'Pause and go on' },
  { keys: '?', does: 'This help' },
  { keys: 'Esc', does: 'Close a dialog, leave a field' },
];

/** Whether keys write into it. @param {EventTarget | null} t */
const isField = (t) => t instanceof HTMLElement && (t.isContentEditable || t.matches('input:not([type=checkbox]), textarea, select'));

/**
 * Calls handlers by key, unless the user writes into a field or a dialog is open.
 * @param {Record<string, (e: KeyboardEvent) => void>} handlers
 */
export function useKeys(handlers) {
  // Whoever types fast must not meet the handlers of a render ago.
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    /** @param {KeyboardEvent} e */
    const on = (e) => {
      if (e.ctrlKey || e.metaKey || e.altKey || isField(e.target) || document.querySelector('dialog[open]')) return;
      const handler = Object.hasOwn(latest.current, e.key) ? latest.current[e.key] : undefined;
      if (!handler) return;
      e.preventDefault();
      handler(e);
    };
    document.addEventListener('keydown', on);
    return () => document.removeEventListener('keydown', on);
  }, []);
}
