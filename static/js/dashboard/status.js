// Says how old the page is, and whether the server is still there.

import { age, exact } from "./format.js";

const STALE_SECONDS = 60;
const freshness = document.getElementById("freshness");
const connection = document.getElementById("connection");
const pause = document.getElementById("pause");

/** `data` is what is shown now; its ages count on from the moment it came. */
export function showStatus(refresher, data) {
  const passed = (performance.now() - refresher.updatedAt) / 1000;
  freshness.replaceChildren(...words(refresher, data, passed));
  if ("newest_ms" in data) freshness.title = data.newest_ms ? `Newest data: ${exact(data.newest_ms)}` : "No data yet";
  pause.hidden = false;
  pause.textContent = refresher.paused ? "Resume" : "Pause";
  pause.setAttribute("aria-pressed", String(refresher.paused));
  showConnection(refresher);
}

function words(refresher, data, passed) {
  const parts = [`updated ${age(passed)} ago`];
  if (refresher.failures) return [span("lost", "connection lost"), ` · ${parts[0]}`];
  parts.push(refresher.paused ? "paused" : `every ${age(refresher.everySeconds)}`);
  const dataAge = data.newest_ms ? (data.now_ms - data.newest_ms) / 1000 + passed : null;
  const stale = dataAge !== null && dataAge > STALE_SECONDS + refresher.everySeconds * refresher.paused;
  return stale ? [`${parts.join(" · ")} · `, span("stale", `newest data ${age(dataAge)} old`)] : [parts.join(" · ")];
}

function showConnection(refresher) {
  connection.hidden = !refresher.failures && !refresher.expired;
  if (refresher.expired) sayExpired();
  else if (refresher.failures) sayLost(refresher);
  else connection.textContent = "";
}

function sayExpired() {
  if (connection.querySelector("a")) return;
  const link = document.createElement("a");
  const { pathname, search } = window.location;
  link.href = `${document.getElementById("dashboard").dataset.login}?next=${encodeURIComponent(pathname + search)}`;
  link.textContent = "Log in again";
  connection.replaceChildren("Your session has ended. ", link);
}

function sayLost(refresher) {
  const seconds = Math.max(0, Math.ceil((refresher.nextAt - performance.now()) / 1000));
  const trying = refresher.paused ? "Paused." : seconds ? `Trying again in ${seconds} s.` : "Trying again…";
  const message = `Connection lost. What you see is from before. ${trying}`;
  if (connection.textContent !== message) connection.textContent = message;
}

function span(className, content) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = content;
  return element;
}
