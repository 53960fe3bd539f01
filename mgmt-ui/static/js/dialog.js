// Dialogs: the browser's own, which keep the focus inside and close on Esc.

import { signal } from '@preact/signals';
import { refresh } from './live.js';
import { Button, html, useLayoutEffect, useRef, useState } from './dom.js';
import { toast } from './toast.js';

/** @typedef {import('./dom.js').Children} Children */

/** The dialog that is open, as a component without properties. @type {import('@preact/signals').Signal<any>} */
const open = signal(null);

/** Opens a dialog: a component that gets {close}. @param {any} component */
export function openDialog(component) { open.value = component; }
export function closeDialog() { open.value = null; }

/** Where the dialog appears; stands once in the page. */
export function DialogHost() {
  const Body = open.value;
  return Body && html`<${Body} close=${closeDialog} />`;
}

/**
 * @param {{title: Children, close: () => void, wide?: boolean, children?: Children, footer?: Children, onSubmit?: () => any, class?: string}} p
 * onSubmit is called by Enter and by a button of type submit
 */
export function Dialog({ title, close, wide, children, footer, onSubmit, class: extra = '' }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // Before the next key comes: it is for the dialog.
  useLayoutEffect(() => {
    const d = box.current;
    const back = /** @type {HTMLElement | null} */ (document.activeElement);
    d?.showModal();
    /** @type {HTMLElement | null | undefined} */ (d?.querySelector('[data-first]'))?.focus();
    return () => back?.focus?.();
  }, []);
  /** @param {Event} e */
  const submit = (e) => {
    e.preventDefault();
    onSubmit?.();
  };
  // A click beside the box hits the dialog itself: its box is the form.
  return html`
    <dialog ref=${box} class=${(wide ? 'wide ' : '') + extra} onClose=${close} aria-labelledby="dialog-title"
      onMouseDown=${(/** @type {MouseEvent} */ e) => e.target === box.current && close()}>
      <form method="dialog" onSubmit=${submit}>
        <header><h2 id="dialog-title">${title}</h2><${Button} icon="close" kind="quiet" label="Close" onClick=${close} /></header>
        <div class="dialog-body">${children}</div>
        ${footer && html`<footer>${footer}</footer>`}
      </form>
    </dialog>`;
}

/**
 * @typedef {object} Question
 * @property {string} title  names what is changed: "Delete queue orders?"
 * @property {Children} body  what follows from it
 * @property {string} action  the button: "Delete 3 queues"
 * @property {boolean} [danger]
 * @property {string} [typed]  what has to be typed first
 * @property {() => Promise<any>} run
 * @property {string} done  what is said afterwards: "Queue orders is deleted."
 */

/** Asks before something is done that cannot be undone, does it, and says how it went. @param {Question} q */
export function ask(q) {
  openDialog((/** @type {{close: () => void}} */ { close }) => html`<${Asked} q=${q} close=${close} />`);
}

/** @param {{q: Question, close: () => void}} p */
function Asked({ q, close }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const ready = !busy && (q.typed === undefined || typed === q.typed);
  const run = async () => {
    if (!ready) return;
    setBusy(true);
    if (await attempt(q.run, q.done)) close();
    else setBusy(false);
  };
  return html`
    <${Dialog} title=${q.title} close=${close} onSubmit=${run} footer=${html`
      <${Button} onClick=${close}>Cancel<//>
      <${Button} type="submit" kind=${q.danger ? 'danger' : 'primary'} disabled=${!ready} data-first=${q.typed === undefined}>${q.action}<//>`}>
      <div class="question">${q.body}</div>
      ${q.typed !== undefined && html`
        <label class="field"><span>Type <code>${q.typed}</code> to go on</span>
          <input data-first autocomplete="off" spellcheck="false" value=${typed} onInput=${(/** @type {any} */ e) => setTyped(e.target.value)} />
        </label>`}
    <//>`;
}

/**
 * Does something, says how it went and asks for fresh data.
 * @param {() => Promise<any>} run
 * @param {string | ((answer: any) => string)} done  what is said when it went well; '' for nothing
 * @returns {Promise<boolean>} whether it went well
 */
export async function attempt(run, done) {
  try {
    const answer = await run();
    toast.settled();
    const text = typeof done === 'string' ? done : done(answer);
    if (text) toast.done(text);
    return true;
  } catch (e) {
    toast.failed(e);
    return false;
  } finally {
    refresh();
  }
}
