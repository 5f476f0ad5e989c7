// The table of a chart. It is built again only while open: most readers never open it.

import { exact, moment, text } from "./format.js";

const MOST_ROWS = 60;

export class ValueTable {
  constructor(details) {
    this.details = details;
    this.details.addEventListener("toggle", () => this.build());
  }

  update(data, nowMs) {
    Object.assign(this, { data, nowMs });
    this.build();
  }

  build() {
    if (!this.details.open || !this.data) return;
    const { lines } = this.data;
    this.details.querySelector("thead tr").replaceChildren(
      cell("th", "Time", "col"),
      ...lines.map((line) => cell("th", line.label, "col")),
    );
    this.details.querySelector("tbody").replaceChildren(...this.rows());
  }

  rows() {
    const { lines, start_ms: startMs, step_ms: stepMs, unit } = this.data;
    const steps = lines[0]?.values.length ?? 0;
    const stride = Math.max(1, Math.ceil(steps / MOST_ROWS));
    const rows = [];
    for (let index = steps - 1; index >= 0; index -= stride) {
      if (lines.every((line) => line.values[index] === null)) continue;
      const row = document.createElement("tr");
      const time = startMs + index * stepMs;
      const head = cell("th", moment(time, stepMs, this.nowMs), "row");
      head.title = exact(time);
      row.append(head, ...lines.map((line) => cell("td", text(line.values[index], unit))));
      rows.push(row);
    }
    return rows;
  }
}

function cell(name, content, scope) {
  const element = document.createElement(name);
  element.textContent = content;
  if (scope) element.scope = scope;
  return element;
}
