// A field whose text goes into the address, once nobody types any more.

import { Icon, html, useEffect, useRef, useState } from './dom.js';
import { useKeys } from './keys.js';
import { address, setQuery } from './router.js';

/** @param {{of: string, label: string, slash?: boolean}} p  of: the key in the address; slash: the key / leads here */
export function SearchField({ of, label, slash }) {
  const kept = address.value.query[of] ?? '';
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [text, setText] = useState(kept);
  useEffect(() => { setText(kept); }, [kept]);
  useKeys(slash ? { '/': () => field.current?.select() } : {});
  useEffect(() => {
    const later = setTimeout(() => { if (text !== kept) setQuery({ [of]: text, before: '' }); }, 250);
    return () => clearTimeout(later);
  }, [text]);
  return html`
    <div class="filter"><${Icon} name="search" />
      <input ref=${field} type="search" aria-label=${label} placeholder=${label} value=${text} spellcheck="false"
        onInput=${(/** @type {any} */ e) => setText(e.target.value)} onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.key === 'Escape' && field.current?.blur()} />
      ${slash && html`<kbd aria-hidden="true">/</kbd>`}</div>`;
}
