// A Chart.js plugin that marks moments (an alert fired, something was deployed): a thin line with a
// flag at its foot, and a stretch of time as a band. What people did is dotted and named.

import { haloText } from "./halo.js";

const FLAG = 4;
const NAMED_LENGTH = 18;
// What the name of a limit takes at the right, and how far from the top it may stand in the way.
const LIMIT_WIDTH = 64;
const LIMIT_HEIGHT = 28;
const BY_MACHINES = ["alert", "backup"];

export const markLines = {
  id: "markLines",
  beforeDatasetsDraw(chart, _, { marks, colours, limits }) {
    let namedUntil = chart.chartArea.left;
    const nameable = chart.chartArea.right - (limitAtTop(chart, limits ?? []) ? LIMIT_WIDTH : 0);
    for (const mark of marks ?? []) {
      const { ctx } = chart;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colours[mark.state];
      drawBand(chart, mark);
      const x = placeOf(chart, mark.time_ms);
      if (x >= chart.chartArea.left && x <= chart.chartArea.right) {
        drawLine(chart, mark, x);
        if (!BY_MACHINES.includes(mark.kind)) namedUntil = drawName(chart, mark, x, [namedUntil, nameable], colours);
      }
      ctx.restore();
    }
  },
};

const limitAtTop = ({ scales, chartArea }, limits) => limits.some(({ value }) =>
  value <= scales.y.max && scales.y.getPixelForValue(value) - chartArea.top < LIMIT_HEIGHT);

const placeOf = (chart, timeMs) => Math.round(chart.scales.x.getPixelForValue(timeMs)) + 0.5;

function drawBand(chart, mark) {
  if (!mark.end_ms) return;
  const { ctx, chartArea } = chart;
  const start = Math.max(chartArea.left, placeOf(chart, mark.time_ms));
  const end = Math.min(chartArea.right, placeOf(chart, mark.end_ms));
  if (end <= start) return;
  // Alerts may lie over each other: what is drawn behind has to be seen all the same.
  ctx.globalAlpha = mark.kind === "alert" ? 0.05 : 0.1;
  ctx.fillRect(start, chartArea.top, end - start, chartArea.height);
}

function drawLine(chart, mark, x) {
  const { ctx, chartArea } = chart;
  const byMachine = BY_MACHINES.includes(mark.kind);
  ctx.globalAlpha = byMachine ? 0.35 : 0.7;
  ctx.setLineDash(byMachine ? [] : [2, 3]);
  ctx.beginPath();
  ctx.moveTo(x, chartArea.top);
  ctx.lineTo(x, chartArea.bottom);
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.moveTo(x - FLAG, chartArea.bottom);
  ctx.lineTo(x + FLAG, chartArea.bottom);
  ctx.lineTo(x, chartArea.bottom - 1.5 * FLAG);
  ctx.fill();
}

/** Only where it covers no other name, nor a limit's; the crosshair says the rest. */
function drawName(chart, mark, x, [namedUntil, nameable], colours) {
  const { ctx, chartArea } = chart;
  const name = mark.label.length > NAMED_LENGTH ? `${mark.label.slice(0, NAMED_LENGTH)}…` : mark.label;
  ctx.font = `11px ${getComputedStyle(chart.canvas).fontFamily}`;
  const width = ctx.measureText(name).width;
  const left = Math.min(x + 4, nameable - width);
  if (left < namedUntil) return namedUntil;
  haloText(ctx, name, left, chartArea.top + 8, colours.panel);
  return left + width + 6;
}
