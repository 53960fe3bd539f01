// Of a long table, only the rows about the window are in the page.

import { useEffect, useState } from 'preact/hooks';

const rowHeight = 36;
const spare = 20;       // rows beyond the window, above and below
const allUpTo = 120;    // rows that are all drawn

/**
 * @param {{current: HTMLElement | null}} body  of the table
 * @param {number} count  of rows
 */
export function useWindow(body, count) {
  const [first, setFirst] = useState(0);
  const long = count > allUpTo && innerWidth >= 640;
  const fits = Math.ceil(innerHeight / rowHeight) + 2 * spare;
  useEffect(() => {
    if (!long) return;
    const onScroll = () => {
      const top = body.current?.getBoundingClientRect().top ?? 0;
      setFirst(Math.max(0, Math.floor(-top / rowHeight) - spare));
    };
    onScroll();
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, [long]);
  const from = long ? Math.min(first, Math.max(0, count - fits)) : 0;
  const to = long ? Math.min(count, from + fits) : count;
  /** Scrolls until a row is in the window. @param {number} row */
  const show = (row) => {
    if (!long) {
      body.current?.children[row]?.scrollIntoView({ block: 'nearest' });
      return;
    }
    const top = (body.current?.getBoundingClientRect().top ?? 0) + row * rowHeight;
    if (top < 120) scrollBy(0, top - 120);
    else if (top > innerHeight - 2 * rowHeight) scrollBy(0, top - innerHeight + 2 * rowHeight);
  };
  return { from, to, above: from * rowHeight, below: (count - to) * rowHeight, show };
}
