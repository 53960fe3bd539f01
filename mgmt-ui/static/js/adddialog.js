// The palette opens forms on the pages that they belong to: by the address.

import { useEffect } from 'preact/hooks';
import { address, setQuery } from './router.js';

/** Opens a form when the address ends in ?add=what. @param {string} what @param {() => void} open */
export function useAddDialog(what, open) {
  const { add } = address.value.query;
  useEffect(() => {
    if (add !== what) return;
    setQuery({ add: '' });
    open();
  }, [add]);
}
