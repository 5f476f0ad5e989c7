// A Chart.js plugin that draws a chart's limits as dashed lines with their names.

import { haloText } from "./halo.js";

export const limitLines = {
  id: "limitLines",
  afterDatasetsDraw(chart, _, { limits, colours }) {
    const { ctx, chartArea, scales } = chart;
    const lowest = Math.min(...(limits ?? []).map((limit) => limit.value));
    for (const limit of limits ?? []) {
      if (limit.value > scales.y.max) continue;
      const y = scales.y.getPixelForValue(limit.value);
      // Two limits that lie close together are named on their far sides.
      const below = y < 20 || (limits.length > 1 && limit.value === lowest);
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colours[limit.state];
      ctx.lineWidth = 1;
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      ctx.moveTo(chartArea.left, y);
      ctx.lineTo(chartArea.right, y);
      ctx.stroke();
      ctx.font = `11px ${getComputedStyle(chart.canvas).fontFamily}`;
      ctx.textAlign = "right";
      haloText(ctx, limit.label, chartArea.right - 2, below ? y + 13 : y - 4, colours.panel);
      ctx.restore();
    }
  },
};
