// Host and service, beside the range: kept in the address, changed without loading the page anew.

import { showCompared, showRange, watchRanges } from "./ranges.js";

const choices = document.getElementById("choices");

/** Calls `changed()` after each change of the address. */
export function watchControls(changed) {
  const go = watchRanges(changed);
  choices.addEventListener("change", (event) => go((next) => next.set(event.target.name, event.target.value)));
  choices.addEventListener("submit", (event) => event.preventDefault());
  return go;
}

export function showControls(data) {
  const { range, host, hosts, service, services } = data;
  showCompared(data);
  showRange(range);
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
