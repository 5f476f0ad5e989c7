// A Chart.js plugin that marks moments (an alert fired): a thin line with a flag at its foot.

const FLAG = 4;

export const markLines = {
  id: "markLines",
  beforeDatasetsDraw(chart, _, { marks, colours }) {
    const { ctx, chartArea, scales } = chart;
    for (const mark of marks ?? []) {
      const x = Math.round(scales.x.getPixelForValue(mark.time_ms)) + 0.5;
      if (x < chartArea.left || x > chartArea.right) continue;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colours[mark.state];
      ctx.globalAlpha = 0.35;
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
      ctx.restore();
    }
  },
};
