// Range, host and service: kept in the address, changed without loading the page anew.

const nav = document.querySelector(".ranges");
const custom = document.getElementById("custom-range");
const choices = document.getElementById("choices");

export const parameters = () => new URLSearchParams(window.location.search);

/** Calls `changed()` after each change of the address. */
export function watchControls(changed) {
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
  choices.addEventListener("change", (event) => go((next) => next.set(event.target.name, event.target.value)));
  choices.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("popstate", changed);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") custom.parentElement.open = false;
  });
  // The form asks in the reader's own zone once a script can convert.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  custom.querySelector(".zone").textContent = `Times in ${zone}. Without an end: until now.`;
}

/** What is shown now is where a custom range starts from. */
function propose(range) {
  custom.elements.from.value = local(new Date(range.start_ms));
  custom.elements.to.value = range.key === "custom" ? local(new Date(range.end_ms)) : "";
}

const local = (date) => new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);

export function showControls({ range, host, hosts, service, services }) {
  for (const link of nav.querySelectorAll("[data-range]")) {
    if (link.dataset.range === range.key) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  document.querySelector("[data-field=range-problem]").textContent = range.problem;
  if (!custom.parentElement.open) propose(range);
  offer(choices.elements.host, hosts, host);
  offer(choices.elements.service, ["", ...services], service);
  choices.hidden = hosts.length < 2 && services.length < 2;
  document.querySelector("[data-field=host]").textContent = host;
  document.querySelector("[data-field=service]").textContent = service || "all services";
}

function offer(select, values, chosen) {
  const known = [...select.options].map((option) => option.value);
  if (known.join("\n") !== values.join("\n")) {
    select.replaceChildren(...values.map((value) => new Option(value || "all", value)));
  }
  select.parentElement.hidden = values.filter(Boolean).length < 2;
  if (document.activeElement !== select) select.value = chosen;
}
