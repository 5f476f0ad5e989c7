// Takes over the page that the server drew, and keeps it fresh.

import { ChartView } from "./chart.js";
import { showControls, watchControls } from "./controls.js";
import { shareCrosshair } from "./crosshair.js";
import { showDependencies } from "./dependencies.js";
import { showRoutes, showSentence, showTiles } from "./overview.js";
import { showEvents } from "./events.js";
import { watchEvery } from "./every.js";
import { HeatView } from "./heat.js";
import { keepPlace } from "./place.js";
import { drawForPaper } from "./paper.js";
import { parameters, zoomTo } from "./ranges.js";
import { followPulse } from "./pulse.js";
import { Refresher } from "./refresh.js";
import { showStatus } from "./status.js";
import { onThemeChange } from "./theme.js";
import { keepFresh } from "./wall.js";

const page = document.getElementById("dashboard");
let shown = JSON.parse(document.getElementById("dashboard-data").textContent);

const views = new Map(
  [...page.querySelectorAll("[data-chart]")].map((article) => [article.dataset.chart, new ChartView(article)]),
);
const heat = new HeatView(page.querySelector("[data-heat]"));
let go = null; // changes the address; there once the controls are watched
const crosshair = shareCrosshair([...views.values(), heat], (start, end) => zoomTo(go, start, end), examine);

function examine(timeMs) {
  const address = new URL(page.querySelector("[data-changed]").href);
  address.searchParams.set("at", new Date(Math.round(timeMs)).toISOString());
  window.location.assign(address);
}

function showCharts() {
  for (const plot of shown.plots) views.get(plot.key)?.update(plot, shown.range, shown.now_ms, shown.marks);
  heat.update(shown.heat, shown.range, shown.now_ms);
  crosshair.restore();
}

const keepWallFresh = keepFresh(page, shown);

function show(data) {
  keepWallFresh(data);
  shown = data;
  keepPlace(() => showAll(data));
}

function showAll(data) {
  showSentence(data.sentence);
  showTiles(data.tiles);
  showControls(data);
  showDependencies(data.dependencies);
  showRoutes(data);
  showEvents(data);
  showCharts();
}

// Its first state is told while it is being made.
let refresher = null;
refresher = new Refresher({
  url: () => `${page.dataset.url}?${parameters()}`,
  show,
  changed: () => refresher && showStatus(refresher, shown),
  waiting: shown.waiting,
  every: shown.refresh_seconds,
  lasting: page.classList.contains("wall"),
});

showControls(shown);
showEvents(shown);
showCharts();
showStatus(refresher, shown);
go = watchControls(() => refresher.load());
watchEvery(page, refresher);
followPulse(page, refresher, () => shown.pulse_key);
onThemeChange(() => views.forEach((view) => view.draw()));
drawForPaper(page, views);
document.getElementById("pause").addEventListener("click", () => refresher.pause(!refresher.paused));
setInterval(() => document.hidden || showStatus(refresher, shown), 1000);
