// A drawing that is moved and enlarged: by mouse and wheel, by one finger or
// two, and by keys.

import { useEffect, useMemo, useRef } from './dom.js';

/** @typedef {{x: number, y: number, k: number}} View  where the drawing's corner is, and how large it is */

const smallest = 0.08, largest = 3;
const clamp = (/** @type {number} */ k) => Math.min(largest, Math.max(smallest, k));

/** A view changed by f about a point of the window. @param {View} v @param {number} f @param {number} x @param {number} y @returns {View} */
export function zoomed(v, f, x, y) {
  const k = clamp(v.k * f);
  return { k, x: x - (x - v.x) * k / v.k, y: y - (y - v.y) * k / v.k };
}

/**
 * @param {{current: SVGSVGElement | null}} svg
 * @param {{current: SVGGElement | null}} layer  what is moved
 */
export function usePanZoom(svg, layer) {
  const view = useRef(/** @type {View} */ ({ x: 0, y: 0, k: 1 }));
  const hand = useMemo(() => handOf(view, svg, layer), []);
  useEffect(() => {
    const s = svg.current;
    if (!s) return;
    const fingers = new Map();
    const watch = new ResizeObserver(hand.resized);
    watch.observe(s);
    const box = () => s.getBoundingClientRect();
    /** @param {WheelEvent} e */
    const onWheel = (e) => {
      e.preventDefault();
      hand.zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0016)), e.clientX - box().left, e.clientY - box().top);
    };
    /** @param {PointerEvent} e */
    const onDown = (e) => { if (e.button === 0) fingers.set(e.pointerId, { x: e.clientX, y: e.clientY }); };
    /** @param {PointerEvent} e */
    const onMove = (e) => {
      const before = fingers.get(e.pointerId);
      if (!before) return;
      const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
      if (!other && !s.hasPointerCapture(e.pointerId)) {
        if (Math.hypot(e.clientX - before.x, e.clientY - before.y) < 4) return; // a click, so far
        s.setPointerCapture(e.pointerId);
      }
      fingers.set(e.pointerId, { x: e.clientX, y: e.clientY });
      hand.pan((e.clientX - before.x) / fingers.size, (e.clientY - before.y) / fingers.size);
      if (other) {
        const far = (/** @type {{x: number, y: number}} */ p) => Math.max(20, Math.hypot(p.x - other.x, p.y - other.y));
        hand.zoom(far({ x: e.clientX, y: e.clientY }) / far(before), (e.clientX + other.x) / 2 - box().left, (e.clientY + other.y) / 2 - box().top);
      }
    };
    /** @param {PointerEvent} e */
    const onUp = (e) => { fingers.delete(e.pointerId); };
    s.addEventListener('wheel', onWheel, { passive: false });
    s.addEventListener('pointerdown', onDown);
    s.addEventListener('pointermove', onMove);
    for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) addEventListener(end, onUp);
    return () => {
      watch.disconnect();
      for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) removeEventListener(end, onUp);
      s.removeEventListener('wheel', onWheel);
      s.removeEventListener('pointerdown', onDown);
      s.removeEventListener('pointermove', onMove);
    };
  }, []);
  return hand;
}

/** @param {{current: View}} view @param {{current: SVGSVGElement | null}} svg @param {{current: SVGGElement | null}} layer */
function handOf(view, svg, layer) {
  const size = () => ({ w: svg.current?.clientWidth ?? 1, h: svg.current?.clientHeight ?? 1 });
  /** What fits the drawing, until somebody moves it. @type {(() => void) | null} */
  let fits = null;
  /** @param {View} v */
  const set = (v) => {
    view.current = v;
    fits = null;
    layer.current?.setAttribute('transform', `translate(${v.x} ${v.y}) scale(${v.k})`);
  };
  return {
    /** @param {number} dx @param {number} dy */
    pan: (dx, dy) => set({ ...view.current, x: view.current.x + dx, y: view.current.y + dy }),
    /** @param {number} f @param {number} [x] @param {number} [y] */
    zoom: (f, x = size().w / 2, y = size().h / 2) => set(zoomed(view.current, f, x, y)),
    /** All of it, but no larger than it is, and no smaller than said: then its middle. @param {number} width @param {number} height @param {number} [least] */
    fit: function fit(width, height, least = smallest) {
      const { w, h } = size(), k = clamp(Math.max(least, Math.min(1, w / width, h / height)));
      set({ k, x: (w - width * k) / 2, y: (h - height * k) / 2 });
      fits = () => fit(width, height, least);
    },
    /** The window has another size. */
    resized: () => fits?.(),
    /** Brings a point of the drawing into the window. @param {number} x @param {number} y */
    show: (x, y) => {
      const { w, h } = size();
      const k = Math.max(view.current.k, 0.7), at = { x: view.current.x + x * k, y: view.current.y + y * k };
      if (k !== view.current.k || at.x < 80 || at.y < 40 || at.x > w - 80 || at.y > h - 40) set({ k, x: w / 2 - x * k, y: h / 2 - y * k });
    },
  };
}
