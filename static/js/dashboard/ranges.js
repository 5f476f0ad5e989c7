// The range: kept in the address, changed without loading the page anew.

const SHORTEST_MS = 60000;
const nav = document.querySelector(".ranges");
const custom = document.getElementById("custom-range");
let shown = null;

export const parameters = () => new URLSearchParams(window.location.search);

/** `go(change)` changes the parameters of the address, then calls `changed()`. */
export function watchRanges(changed) {
  const go = (change) => {
    const next = parameters();
    change(next);
    for (const [key, value] of [...next]) if (!value) next.delete(key);
    history.pushState(null, "", `?${next}`);
    changed();
  };
  nav.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || "changed" in link.dataset || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if ("compare" in link.dataset) {
      go((next) => next.set("compare", next.get("compare") ? "" : "1"));
      return;
    }
    const to = new URL(link.href).searchParams;
    go((next) => ["range", "from", "to"].forEach((name) => next.set(name, to.get(name) ?? "")));
    if (link.dataset.move === "hold") navigator.clipboard?.writeText(window.location.href).catch(() => {});
  });
  custom.addEventListener("submit", (event) => {
    event.preventDefault();
    custom.parentElement.open = false;
    const time = (name) => (custom[name].value ? new Date(custom[name].value).toISOString() : "");
    go((next) => set(next, time("from"), time("to")));
  });
  window.addEventListener("popstate", changed);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") custom.parentElement.open = false;
  });
  // The form asks in the reader's own zone once a script can convert.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  custom.querySelector(".zone").textContent = `Times in ${zone}. Without an end: until now.`;
  return go;
}

/** Shows from `startMs` to `endMs`; a stretch too short to show is widened about its middle. */
export function zoomTo(go, startMs, endMs) {
  const room = Math.max(0, (SHORTEST_MS - (endMs - startMs)) / 2);
  const time = (timeMs) => new Date(Math.round(timeMs)).toISOString();
  go((next) => set(next, time(startMs - room), time(endMs + room)));
}

function set(next, from, to) {
  next.delete("range");
  next.set("from", from);
  next.set("to", to);
}

/** What is shown now is where a custom range starts from. */
function propose(range) {
  custom.elements.from.value = local(new Date(range.start_ms));
  custom.elements.to.value = range.key === "custom" ? local(new Date(range.end_ms)) : "";
}

const local = (date) => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);

export function showCompared({ compared, compared_with: label }) {
  const link = nav.querySelector("[data-compare]");
  const next = parameters();
  if (compared) next.delete("compare");
  else next.set("compare", "1");
  link.href = `?${next}`;
  link.textContent = compared ? `Dashed: ${label} ×` : `Compare with ${label}`;
}

export function showRange(range) {
  shown = range;
  for (const link of nav.querySelectorAll("[data-range]")) {
    if (link.dataset.range === range.key) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  nav.querySelectorAll("[data-move]").forEach(pointMove);
  document.querySelector("[data-field=range-problem]").textContent = range.problem;
  if (!custom.parentElement.open) propose(range);
}

/** The same moves as opsportal/dashboard/ranges.py, from the range that is shown now. */
function pointMove(link) {
  const length = shown.end_ms - shown.start_ms;
  const half = Math.floor(length / 2);
  const [start, end] = { earlier: [-half, -half], later: [half, half], out: [-half, length - half], hold: [0, 0] }[link.dataset.move];
  const next = parameters();
  set(next, new Date(shown.start_ms + start).toISOString(), new Date(shown.end_ms + end).toISOString());
  link.href = `?${next}`;
}
