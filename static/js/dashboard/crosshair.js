// One crosshair for all charts: point at a time in one and read it in each. Drag to look closer.
// Arrow keys move it; with Shift they mark a stretch of time, Enter shows it, + and − zoom. A double
// click, or Enter without a stretch, asks what changed at that time.

const DRAGGED_PIXELS = 6;
const readout = document.getElementById("readout");

/** `zoom(startMs, endMs)` shows another range, `examine(timeMs)` what changed then. */
export function shareCrosshair(views, zoom, examine = () => {}) {
  let pending = 0;
  let pointed = null;
  let anchor = null; // where a drag or a stretch began

  const show = () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => views.forEach((view) => {
      view.pointAt(pointed);
      view.selectBetween(anchor, pointed);
    }));
  };
  const pointAt = (timeMs) => {
    pointed = timeMs;
    if (timeMs === null) anchor = null;
    show();
  };
  const zoomIn = () => {
    const [start, end] = [anchor, pointed].sort((one, other) => one - other);
    pointAt(null);
    zoom(start, end);
  };

  for (const view of views) {
    let pressedX = null;
    const { plot } = view;
    plot.addEventListener("pointerdown", (event) => {
      // A finger reads and scrolls; it has the buttons to zoom.
      if (event.button || event.pointerType === "touch" || view.timeAt(event.clientX) === null) return;
      pressedX = event.clientX;
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => {
      if (pressedX === null) {
        pointAt(view.timeAt(event.clientX));
        return;
      }
      const dragged = Math.abs(event.clientX - pressedX) >= DRAGGED_PIXELS;
      anchor = dragged ? view.nearestTimeAt(pressedX) : null;
      pointed = view.nearestTimeAt(event.clientX);
      show();
    });
    plot.addEventListener("pointerup", () => {
      const dragged = pressedX !== null && anchor !== null;
      pressedX = null;
      if (dragged) zoomIn();
    });
    plot.addEventListener("dblclick", (event) => {
      const timeMs = view.timeAt(event.clientX);
      if (timeMs !== null) examine(timeMs);
    });
    plot.addEventListener("pointercancel", () => { pressedX = null; pointAt(null); });
    plot.addEventListener("pointerleave", () => pressedX === null && pointAt(null));
    plot.addEventListener("blur", () => pointAt(null));
    plot.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape" && pressedX !== null) pressedX = null;
      if (event.key === "Enter" && anchor !== null) return zoomIn();
      if (event.key === "Enter" && pointed !== null) return examine(pointed);
      if ("+-".includes(event.key)) return zoomAbout(view, event.key === "+" ? 0.25 : 1);
      const next = moved(event.key, pointed, view);
      if (next === undefined) return;
      event.preventDefault();
      if (event.shiftKey) anchor ??= pointed ?? next;
      else anchor = null;
      pointAt(next);
      requestAnimationFrame(() => { readout.textContent = next === null ? "" : view.spoken(anchor); });
    });
  }

  /** Half as long (`share` 0.25) or twice (1), about the crosshair, else about the middle. */
  function zoomAbout({ range }, share) {
    const length = range.end_ms - range.start_ms;
    const middle = share < 0.5 && pointed !== null ? pointed : range.start_ms + length / 2;
    pointAt(null);
    zoom(middle - length * share, middle + length * share);
  }

  // After a refresh the crosshair stays where it was.
  return { restore: () => pointed !== null && show(), pointed: () => pointed };
}

/** Where a key takes the crosshair; undefined when the key is not ours. */
function moved(key, pointed, { data, range }) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
  const latest = range.end_ms - 1;
  if (key === "Escape") return null;
  if (key === "Home") return range.start_ms;
  if (key === "End") return latest;
  if (!(key in steps)) return undefined;
  const from = pointed ?? latest;
  return Math.min(latest, Math.max(range.start_ms, from + steps[key] * data.step_ms));
}
