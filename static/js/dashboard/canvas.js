// Draws lines on a shared time axis with Chart.js (vendored; a classic script, hence the global).

import { number, text } from "./format.js";
import { limitLines } from "./limits.js";
import { markLines } from "./marks.js";
import { ticks } from "./timeaxis.js";

// A sensor that reports every minute or two makes a line, not dots.
const BRIDGED_MS = 150000;
const AXIS_WIDTH = 56;
const TICK_WIDTH = 72;

export function lineChart(canvas) {
  const state = { unit: "", live: true };
  const chart = new globalThis.Chart(canvas, { type: "line", plugins: [markLines, limitLines], options: options(state) });
  chart.show = (data, range, marks, colours) => {
    state.unit = data.unit;
    state.live = range.key !== "custom";
    const { scales, plugins } = chart.options;
    const lines = data.lines.map((line, index) => dataset(line, index, data, colours.lines[index]));
    const before = data.lines.map((line, index) => datasetBefore(line, index, data, colours.lines[index]));
    chart.data.datasets = [...lines, ...before.filter((one) => one.data.length)];
    scales.y.stacked = data.stacked;
    scales.x.min = range.start_ms;
    scales.x.max = range.end_ms;
    scales.y.max = data.top ?? undefined;
    scales.y.suggestedMax = suggestedTop(data);
    scales.y.grid.color = colours.grid;
    scales.x.ticks.color = scales.y.ticks.color = colours.text;
    plugins.limitLines = { limits: data.limits, colours };
    plugins.markLines = { marks, colours, limits: data.limits };
    chart.update("none");
  };
  Object.defineProperty(chart, "area", { get: () => chart.chartArea });
  return chart;
}

function options(state) {
  const font = { size: 11, family: getComputedStyle(document.body).fontFamily };
  return {
    animation: false,
    parsing: false,
    normalized: true,
    events: [],
    responsive: true,
    maintainAspectRatio: false,
    plugins: { legend: { display: false }, tooltip: { enabled: false } },
    layout: { padding: { top: 8, right: 1 } },
    scales: {
      x: {
        type: "linear",
        grid: { display: false },
        ticks: { font, autoSkip: false, maxRotation: 0, align: "inner", callback: (_, i, all) => all[i].label },
        afterBuildTicks(axis) {
          const most = Math.max(2, Math.floor(axis.width / TICK_WIDTH));
          axis.ticks = ticks(axis.min, axis.max, most, state.live);
        },
        afterFit(axis) { axis.height = 24; },
      },
      y: {
        beginAtZero: true,
        border: { display: false },
        grid: { drawTicks: false },
        ticks: { font, maxTicksLimit: 6, padding: 6, callback: (value) => axisLabel(value, state.unit) },
        afterFit(axis) { axis.width = AXIS_WIDTH; },
      },
    },
  };
}

/** The unit of a plain number stands beside the chart's title; that of bytes and seconds varies. */
function axisLabel(value, unit) {
  return unit.startsWith("B") || unit === "s" ? text(value, unit) : number(value);
}

function dataset(line, index, { start_ms: startMs, step_ms: stepMs, filled, stacked }, colour) {
  const bridged = Math.max(2 * stepMs, BRIDGED_MS);
  const points = line.values
    .map((y, step) => ({ x: startMs + step * stepMs, y }))
    .filter((point) => point.y !== null);
  const far = (a, b) => !a || !b || Math.abs(a.x - b.x) > bridged;
  return {
    data: points,
    spanGaps: bridged,
    borderColor: colour,
    backgroundColor: colour.replace("rgb(", "rgba(").replace(")", ", 0.12)"),
    // In a stack each area ends at the line below it.
    fill: stacked && index ? "-1" : filled,
    borderWidth: 1.5,
    borderJoinStyle: "round",
    // A value without neighbours would be no line at all, and so not be seen.
    pointRadius: points.map((p, i) => (far(p, points[i - 1]) && far(p, points[i + 1]) ? 2 : 0)),
    pointBackgroundColor: colour,
  };
}

/** The same some weeks before: dashed and faint, in the line's colour. */
function datasetBefore(line, index, data, colour) {
  const steps = { ...data, start_ms: data.before_start_ms, step_ms: data.before_step_ms };
  const shown = dataset({ values: line.before ?? [] }, index, steps, colour);
  return { ...shown, fill: false, stack: "before", borderColor: shown.backgroundColor.replace("0.12", "0.55"), borderDash: [3, 3], borderWidth: 1.25 };
}

/** Room above the highest value, and for a limit that it is coming near to, or of a share. */
function suggestedTop({ lines, limits, unit, stacked }) {
  const heights = stacked
    ? (lines[0]?.values ?? []).map((_, step) => lines.reduce((sum, line) => sum + (line.values[step] ?? 0), 0))
    : lines.flatMap((line) => [...line.values, ...(line.before ?? [])].map((value) => value ?? 0));
  const highest = Math.max(0, ...heights);
  const near = limits.map((limit) => limit.value).filter((value) => unit === "%" || value <= 2 * highest);
  return Math.max(highest, ...near) * 1.1 || 1;
}
