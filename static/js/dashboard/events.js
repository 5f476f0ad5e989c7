// What happened in the range, the newest first.

import { exact, moment } from "./format.js";

const MOST = 8;
const list = document.getElementById("events");
let shown = "";

/** Times are in the reader's zone. Drawn anew only when something happened, so that focus stays. */
export function showEvents({ marks, now_ms: nowMs }) {
  const newest = [...marks].sort((one, other) => other.time_ms - one.time_ms).slice(0, MOST);
  const text = JSON.stringify(newest);
  if (text === shown) return;
  shown = text;
  list.replaceChildren(...newest.map((mark) => newItem(mark, nowMs)));
  document.getElementById("no-events").hidden = newest.length > 0;
}

function newItem(mark, nowMs) {
  const item = document.createElement("li");
  Object.assign(item.dataset, { state: mark.state, kind: mark.kind });
  const time = document.createElement("time");
  time.dateTime = new Date(mark.time_ms).toISOString();
  time.title = exact(mark.time_ms);
  time.textContent = moment(mark.time_ms, 60000, nowMs);
  const label = document.createElement(mark.url ? "a" : "strong");
  if (mark.url) label.href = mark.url;
  label.textContent = mark.label;
  const note = document.createElement("span");
  note.className = "note";
  note.textContent = mark.note;
  const words = document.createElement("div");
  words.append(label, note);
  item.append(time, " ", words);
  return item;
}
