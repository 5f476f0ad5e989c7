// The range: kept in the address, changed without loading the page anew.

const nav = document.querySelector(".ranges");
const custom = document.getElementById("custom-range");

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
    const link = event.target.closest("a[data-range]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go((next) => {
      next.set("range", link.dataset.range);
      next.delete("from");
      next.delete("to");
    });
  });
  custom.addEventListener("submit", (event) => {
    event.preventDefault();
    custom.parentElement.open = false;
    const time = (name) => (custom[name].value ? new Date(custom[name].value).toISOString() : "");
    go((next) => Object.entries({ range: "custom", from: time("from"), to: time("to") })
      .forEach(([key, value]) => next.set(key, value)));
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

/** What is shown now is where a custom range starts from. */
function propose(range) {
  custom.elements.from.value = local(new Date(range.start_ms));
  custom.elements.to.value = range.key === "custom" ? local(new Date(range.end_ms)) : "";
}

const local = (date) => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);

export function showRange(range) {
  for (const link of nav.querySelectorAll("[data-range]")) {
    if (link.dataset.range === range.key) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  document.querySelector("[data-field=range-problem]").textContent = range.problem;
  if (!custom.parentElement.open) propose(range);
}
