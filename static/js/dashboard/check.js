// Takes over the page of a check or a board that the server drew, and keeps it fresh: it asks for
// the page again, and takes from it what has changed.

import { ChartView } from "./chart.js";
import { shareCrosshair } from "./crosshair.js";
import { drawForPaper } from "./paper.js";
import { parameters, showRange, watchRanges, zoomTo } from "./ranges.js";
import { Refresher } from "./refresh.js";
import { showStatus } from "./status.js";
import { onThemeChange } from "./theme.js";

export const page = document.getElementById("dashboard");
export const views = new Map(
  [...page.querySelectorAll("[data-chart]")].map((article) => [article.dataset.chart, new ChartView(article)]),
);
let go = null; // changes the address; there once the ranges are watched
const crosshair = shareCrosshair([...views.values()], (start, end) => zoomTo(go, start, end));
// As the server sent them: the page's own may have been unfolded by its reader.
let parts = liveParts(document);
let shown = dataOf(document);

function dataOf(source) {
  return JSON.parse(source.getElementById("dashboard-data").textContent);
}

function liveParts(source) {
  return new Map([...source.querySelectorAll("[data-live]")].map((part) => [part.dataset.live, part.innerHTML]));
}

function showParts(fresh) {
  for (const [name, content] of fresh) {
    if (parts.get(name) !== content) page.querySelector(`[data-live="${name}"]`).innerHTML = content;
  }
  parts = fresh;
}

function showCharts() {
  showRange(shown.range);
  for (const plot of shown.plots) views.get(plot.key)?.update(plot, shown.range, shown.now_ms, shown.marks);
  crosshair.restore();
}

function show(fresh) {
  shown = dataOf(fresh);
  document.title = fresh.title;
  showParts(liveParts(fresh));
  showCharts();
}

// Its first state is told while it is being made.
let refresher = null;
refresher = new Refresher({
  url: () => `${window.location.pathname}?${parameters()}`,
  read: async (response) => new DOMParser().parseFromString(await response.text(), "text/html"),
  show,
  changed: () => refresher && showStatus(refresher, shown),
});

showCharts();
showStatus(refresher, shown);
go = watchRanges(() => refresher.load());
onThemeChange(() => views.forEach((view) => view.draw()));
drawForPaper(page, views);
document.getElementById("pause").addEventListener("click", () => refresher.pause(!refresher.paused));
setInterval(() => document.hidden || showStatus(refresher, shown), 1000);
