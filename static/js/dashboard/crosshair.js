// One crosshair for all charts: point at a time in one and read it in each. Arrow keys move it.

const readout = document.getElementById("readout");

export function shareCrosshair(views) {
  let pending = 0;
  let pointed = null;

  const pointAt = (timeMs) => {
    pointed = timeMs;
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(() => views.forEach((view) => view.pointAt(timeMs)));
  };

  for (const view of views) {
    view.plot.addEventListener("pointermove", (event) => pointAt(view.timeAt(event.clientX)));
    view.plot.addEventListener("pointerleave", () => pointAt(null));
    view.plot.addEventListener("blur", () => pointAt(null));
    view.plot.addEventListener("keydown", (event) => {
      const next = moved(event.key, pointed, view);
      if (next === undefined) return;
      event.preventDefault();
      pointAt(next);
      requestAnimationFrame(() => { readout.textContent = next === null ? "" : view.spoken(); });
    });
  }
  // After a refresh the crosshair stays where it was.
  return { restore: () => pointed !== null && pointAt(pointed) };
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
