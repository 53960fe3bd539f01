// Lists. Filter, sorting, page and columns stand in the address, so that a
// list can be sent to somebody; the API does the work, and sends one page.

import { Button, Empty, Failed, Icon, Loading, html, count, number, plural, useEffect, useMemo, useRef, useState } from './dom.js';
import { useKeys } from './keys.js';
import { useLive } from './live.js';
import { pageNumbers, pageOf } from './paging.js';
import { pref } from './prefs.js';
import { address, go, setQuery } from './router.js';
import { useWindow } from './window.js';

/** @typedef {import('./dom.js').Children} Children */

/**
 * @template [T=any]
 * @typedef {object} Column
 * @property {string} key
 * @property {string} label
 * @property {string} [sort]    what the API sorts by, dotted; without it the column cannot be sorted
 * @property {string[]} [fields]  what the API is asked for; key when left out
 * @property {boolean} [right]  numbers stand to the right
 * @property {boolean} [hidden] until the user asks for it
 * @property {boolean} [card]   stays on a phone
 * @property {boolean} [deeds]  it holds buttons: its label is only for who cannot see them, and it stays
 * @property {(row: T, list: {answer: any, rows: T[]}) => Children} cell
 */

/**
 * @typedef {object} ListProps
 * @property {string} id         of the list, for what the browser remembers
 * @property {string} path       below /api
 * @property {string} noun       "queue"
 * @property {Column[]} columns  the first is the name, and stays
 * @property {string[]} [fields] what the API is asked for besides
 * @property {(row: any) => string} keyOf
 * @property {(row: any) => string} [hrefOf]  where Enter leads
 * @property {(row: any) => string} [nameOf]  what the filter looks at, if the API does not page the list
 * @property {boolean} [whole]   the API gives the list as a whole: it is paged here
 * @property {string} [under]     the key of the answer that holds the list, if it is not the answer
 * @property {Children} empty    what is shown if there is none at all
 * @property {{label: string, icon: string, danger?: boolean, run: (rows: any[]) => void}[]} [bulk]  what can be done with selected rows
 */

const pageSizes = ['25', '50', '100', '250', '500'];

/** @param {ListProps} p */
export function List(p) {
  const { query } = address.value;
  const shown = useColumns(p, query);
  const path = useListPath(p, query, shown);
  const live = useLive(path);
  const page = useMemo(() => read(p.under ? live.data?.[p.under] : live.data, p, query), [live.data, query]);
  const [selected, setSelected] = useState(/** @type {Set<string>} */ (new Set()));
  useFirstPage(live.error, query);
  const list = { answer: live.data, rows: page?.items ?? [] };
  if (page && page.total_count === 0 && !query.name) return p.empty;
  return html`
    <section class="list">
      <${Toolbar} p=${p} query=${query} page=${page} shown=${shown} />
      ${p.bulk && selected.size > 0 && html`<${Bulk} p=${p} rows=${list.rows} selected=${selected} clear=${() => setSelected(new Set())} />`}
      ${live.error && html`<p class="stale" role="alert"><${Icon} name="warn" />${live.error.message}${page ? ' This is how it was.' : ''}</p>`}
      ${page ? html`<${Rows} p=${p} list=${list} shown=${shown} query=${query} selected=${selected} setSelected=${setSelected} />` : live.error ? html`<${Failed} error=${live.error} />` : html`<${Loading} />`}
      ${page && page.items.length === 0 && html`<${Empty} icon="search" title=${`No ${p.noun} is called like that`}>
        <p><button type="button" class="link" onClick=${() => setQuery({ name: '', page: '' })}>Show them all</button></p><//>`}
      ${page && html`<${Pages} page=${page} query=${query} noun=${p.noun} />`}
    </section>`;
}

/** The columns that are shown: the address says, else the browser's memory, else the page. @param {ListProps} p @param {Record<string, string>} query */
function useColumns(p, query) {
  const kept = pref('columns.' + p.id, /** @type {string[] | null} */ (null));
  const wanted = query.cols?.split(',') ?? kept.value;
  return useMemo(
    () => p.columns.filter((c, i) => i === 0 || c.deeds || (wanted ? wanted.includes(c.key) : !c.hidden)),
    [p.columns, query.cols, kept.value],
  );
}

/** @param {ListProps} p @param {Record<string, string>} query @param {Column[]} shown */
function useListPath(p, query, shown) {
  if (p.whole) return p.path;
  const fields = [...new Set([...(p.fields ?? []), ...shown.flatMap((c) => c.fields ?? [c.key])])];
  const ask = new URLSearchParams({ page: query.page ?? '1', page_size: query.page_size ?? '100', pagination: 'true', columns: fields.join(',') });
  for (const key of ['name', 'use_regex', 'sort', 'sort_reverse']) if (query[key]) ask.set(key, query[key]);
  return p.path + '?' + ask;
}

/** @param {any} data @param {ListProps} p @param {Record<string, string>} query @returns {import('./paging.js').Page | undefined} */
function read(data, p, query) {
  if (!Array.isArray(data)) return data;
  const asked = {
    name: query.name, use_regex: query.use_regex === 'true', sort: query.sort, sort_reverse: query.sort_reverse === 'true',
    page: Number(query.page ?? 1), page_size: Number(query.page_size ?? 100),
  };
  return pageOf(data, asked, p.nameOf ?? ((row) => row.name));
}

/** Goes back to the first page when this one is gone. @param {Error | undefined} error @param {Record<string, string>} query */
function useFirstPage(error, query) {
  useEffect(() => {
    if (error?.message.includes('page_out_of_range') && query.page) setQuery({ page: '' });
  }, [error]);
}

/** @param {{p: ListProps, query: Record<string, string>, page?: import('./paging.js').Page, shown: Column[]}} p */
function Toolbar({ p, query, page, shown }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [name, setName] = useState(query.name ?? '');
  useEffect(() => { setName(query.name ?? ''); }, [query.name]);
  useKeys({ '/': () => field.current?.select() ?? field.current?.focus() });
  useEffect(() => {
    const later = setTimeout(() => { if (name !== (query.name ?? '')) setQuery({ name, page: '' }); }, 200);
    return () => clearTimeout(later);
  }, [name]);
  return html`
    <div class="toolbar" role="search">
      <div class="filter">
        <${Icon} name="search" />
        <input ref=${field} type="search" placeholder=${`Filter ${plural(p.noun)}`} aria-label=${`Filter ${plural(p.noun)} by name`} value=${name} spellcheck="false"
          onInput=${(/** @type {any} */ e) => setName(e.target.value)} onKeyDown=${(/** @type {KeyboardEvent} */ e) => e.key === 'Escape' && field.current?.blur()} />
        <button type="button" class="toggle" aria-pressed=${query.use_regex === 'true' ? 'true' : 'false'} title="The filter is a regular expression"
          onClick=${() => setQuery({ use_regex: query.use_regex === 'true' ? '' : 'true', page: '' })}>.*</button>
        <kbd aria-hidden="true">/</kbd>
      </div>
      <span class="muted found" aria-live="polite">${page && (query.name ? `${number(page.filtered_count)} of ${count(page.total_count, p.noun)}` : count(page.total_count, p.noun))}</span>
      <${ColumnChooser} p=${p} shown=${shown} />
    </div>`;
}

/** @param {{p: ListProps, shown: Column[]}} p */
function ColumnChooser({ p, shown }) {
  const kept = pref('columns.' + p.id, /** @type {string[] | null} */ (null));
  /** @param {string} key */
  const flip = (key) => {
    const keys = shown.map((c) => c.key);
    const next = keys.includes(key) ? keys.filter((k) => k !== key) : [...keys, key];
    kept.value = next;
    setQuery({ cols: next.join(',') });
  };
  return html`
    <details class="menu columns">
      <summary class="button" aria-label="Columns" title="Columns"><${Icon} name="columns" /><span class="wide-only">Columns</span></summary>
      <div class="menu-box">
        ${p.columns.slice(1).filter((c) => !c.deeds).map((c) => html`
          <label class="check" key=${c.key}><input type="checkbox" checked=${shown.includes(c)} onChange=${() => flip(c.key)} /><span>${c.label}</span></label>`)}
        <button type="button" class="link" onClick=${() => { kept.value = null; setQuery({ cols: '' }); }}>As they were</button>
      </div>
    </details>`;
}

/** @param {{p: ListProps, rows: any[], selected: Set<string>, clear: () => void}} p */
function Bulk({ p, rows, selected, clear }) {
  const chosen = rows.filter((r) => selected.has(p.keyOf(r)));
  return html`
    <div class="bulk" role="region" aria-label="Selected rows">
      <strong>${count(chosen.length, p.noun)} selected</strong>
      ${(p.bulk ?? []).map((b) => html`<${Button} key=${b.label} icon=${b.icon} kind=${b.danger ? 'danger' : ''} onClick=${() => b.run(chosen)}>${b.label}<//>`)}
      <${Button} kind="quiet" onClick=${clear}>Clear<//>
    </div>`;
}

/** @param {{p: ListProps, list: {answer: any, rows: any[]}, shown: Column[], query: Record<string, string>, selected: Set<string>, setSelected: (s: Set<string>) => void}} p */
function Rows({ p, list, shown, query, selected, setSelected }) {
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  const [current, setCurrent] = useState(-1);
  const rows = list.rows;
  const view = useWindow(body, rows.length);
  /** @param {number} to */
  const move = (to) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setCurrent(next);
    view.show(next);
  };
  /** @param {string} key */
  const flip = (key) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    setSelected(next);
  };
  useKeys({
    j: () => move(current + 1),
    k: () => move(current - 1),
    x: () => p.bulk && rows[current] && flip(p.keyOf(rows[current])),
    Enter: (e) => {
      if (e.target instanceof HTMLElement && e.target.closest('a,button,summary')) e.target.click();
      else if (p.hrefOf && rows[current]) go(p.hrefOf(rows[current]));
    },
  });
  const all = rows.length > 0 && rows.every((r) => selected.has(p.keyOf(r)));
  return html`
    <div class="table-box" tabindex="0" role="region" aria-label=${plural(p.noun)}>
    <table class="table">
      <thead><tr>
        ${p.bulk && html`<th class="pick"><input type="checkbox" aria-label="Select all on this page" checked=${all}
          onChange=${() => setSelected(all ? new Set() : new Set(rows.map(p.keyOf)))} /></th>`}
        ${shown.map((c) => html`<${Head} key=${c.key} column=${c} query=${query} />`)}
      </tr></thead>
      <tbody ref=${body}>
        ${view.above > 0 && html`<tr class="gap" style=${`height:${view.above}px`}></tr>`}
        ${rows.slice(view.from, view.to).map((row, i) => {
          const key = p.keyOf(row);
          return html`
          <tr key=${key} class=${(view.from + i === current ? 'current ' : '') + (selected.has(key) ? 'selected' : '')} aria-current=${view.from + i === current ? 'true' : undefined}>
            ${p.bulk && html`<td class="pick"><input type="checkbox" aria-label=${`Select ${row.name}`} checked=${selected.has(key)} onChange=${() => flip(key)} /></td>`}
            ${shown.map((c, n) => html`<td key=${c.key} data-label=${c.deeds ? undefined : c.label} class=${(c.right ? 'right ' : '') + (c.deeds ? 'deeds ' : '') + (n === 0 ? 'name ' : c.card ? 'card-cell' : 'wide-cell')}>${c.cell(row, list)}</td>`)}
          </tr>`;
        })}
        ${view.below > 0 && html`<tr class="gap" style=${`height:${view.below}px`}></tr>`}
      </tbody>
    </table>
    </div>`;
}

/** @param {{column: Column, query: Record<string, string>}} p */
function Head({ column: c, query }) {
  const by = c.sort !== undefined && query.sort === c.sort;
  const down = by && query.sort_reverse === 'true';
  // Numbers are asked for from the top first, names from the start.
  const next = () => {
    if (!by) return { sort: c.sort ?? '', sort_reverse: c.right ? 'true' : '' };
    return down === !!c.right ? { sort: c.sort ?? '', sort_reverse: c.right ? '' : 'true' } : { sort: '', sort_reverse: '' };
  };
  return html`
    <th class=${(c.right ? 'right ' : '') + (c.card ? '' : 'wide-cell')} aria-sort=${by ? (down ? 'descending' : 'ascending') : undefined} scope="col">
      ${c.deeds ? html`<span class="sr-only">${c.label}</span>` : c.sort === undefined ? c.label : html`
        <button type="button" class="sort" onClick=${() => setQuery({ ...next(), page: '' })}>${c.label}<span aria-hidden="true">${by ? (down ? '↓' : '↑') : ''}</span></button>`}
    </th>`;
}

/** @param {{page: import('./paging.js').Page, query: Record<string, string>, noun: string}} p */
function Pages({ page, query, noun }) {
  if (page.total_count <= 25) return null;
  const turn = (/** @type {number} */ n) => setQuery({ page: n === 1 ? '' : String(n) });
  return html`
    <nav class="pages" aria-label="Pages of the list">
      ${page.page_count > 1 && html`
        <${Button} icon="left" kind="quiet" label="Previous page" disabled=${page.page <= 1} onClick=${() => turn(page.page - 1)} />
        ${pageNumbers(page.page, page.page_count).map((n) => n === 0 ? html`<span class="muted">…</span>` : html`
          <button type="button" key=${n} class="page-number" aria-current=${n === page.page ? 'page' : undefined} onClick=${() => turn(n)}>${number(n)}</button>`)}
        <${Button} icon="right" kind="quiet" label="Next page" disabled=${page.page >= page.page_count} onClick=${() => turn(page.page + 1)} />`}
      <label class="page-size"><select aria-label=${`${plural(noun)} per page`} onChange=${(/** @type {any} */ e) => setQuery({ page_size: e.target.value, page: '' })}>
        ${pageSizes.map((s) => html`<option key=${s} value=${s} selected=${s === (query.page_size ?? '100')}>${s}</option>`)}
      </select> per page</label>
    </nav>`;
}
