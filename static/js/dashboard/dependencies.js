// The table of dependencies, brought up to date in place.

import { setText } from "./overview.js";

const STATUSES = ["up", "degraded", "down", "unknown"];
const SVG = "http://www.w3.org/2000/svg";

/** Rows keep their element, so that a reader's place and the keyboard's focus stay. */
export function showDependencies({ rows }) {
  const body = document.getElementById("dependencies");
  const known = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  rows.forEach((row, index) => {
    const element = known.get(row.key) ?? newRow(row.key);
    known.delete(row.key);
    fill(element, row);
    if (body.rows[index] !== element) body.insertBefore(element, body.rows[index] ?? null);
  });
  known.forEach((element) => element.remove());
  document.getElementById("no-dependencies").hidden = rows.length > 0;
}

function fill(element, row) {
  const link = element.querySelector("a");
  link.href = row.url;
  setText(link, row.name);
  setText(element.querySelector("th .note"), row.kind);
  setText(element.querySelector("td .note"), row.message);
  const chip = element.querySelector(".chip");
  chip.dataset.status = row.status;
  setText(chip, row.status);
  for (const path of element.querySelectorAll("path")) {
    path.setAttribute("d", row.strip[path.dataset.status]);
  }
  setText(element.cells[3], row.availability);
  setText(element.cells[4], row.response_time);
}

function newRow(key) {
  const row = document.createElement("tr");
  row.dataset.key = key;
  const head = document.createElement("th");
  head.scope = "row";
  head.append(document.createElement("a"), " ", newNote());
  row.append(head, ...Array.from({ length: 4 }, () => document.createElement("td")));
  const chip = document.createElement("span");
  chip.className = "chip";
  row.cells[1].append(chip, " ", newNote());
  row.cells[2].append(newStrip());
  return row;
}

function newNote() {
  const note = document.createElement("span");
  note.className = "note";
  return note;
}

function newStrip() {
  const strip = document.createElementNS(SVG, "svg");
  for (const [name, value] of [["class", "strip"], ["viewBox", "0 0 180 14"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) {
    strip.setAttribute(name, value);
  }
  for (const status of STATUSES) {
    const path = document.createElementNS(SVG, "path");
    path.dataset.status = status;
    strip.append(path);
  }
  return strip;
}
