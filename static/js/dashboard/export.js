// A chart as a picture: its canvas with title and legend, on the colour of its panel.

import { colours } from "./theme.js";

const MARGIN = 16;
const HEAD = 52;

/** Each chart's button saves it as PNG; its link saves the range that is shown as CSV. */
export function watchExports(page, views) {
  for (const button of page.querySelectorAll("[data-export=png]")) {
    button.hidden = false;
    const article = button.closest("[data-chart]");
    button.addEventListener("click", () => save(views.get(article.dataset.chart)));
  }
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-export=csv]");
    if (link) link.search = window.location.search;
  });
}

async function save(view) {
  const blob = await new Promise((resolve) => picture(view).toBlob(resolve, "image/png"));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${view.data.title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function picture({ chart, data }) {
  const found = colours();
  const source = chart.canvas;
  const scale = source.width / source.clientWidth;
  const canvas = document.createElement("canvas");
  canvas.width = source.width + 2 * MARGIN * scale;
  canvas.height = source.height + (MARGIN + HEAD) * scale;
  const ctx = canvas.getContext("2d");
  ctx.scale(scale, scale);
  ctx.fillStyle = found.panel;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const family = getComputedStyle(document.body).fontFamily;
  ctx.fillStyle = found.text;
  ctx.font = `600 14px ${family}`;
  ctx.fillText(data.title, MARGIN, 22);
  drawLegend(ctx, data.lines, found, family);
  ctx.drawImage(source, MARGIN, HEAD, source.clientWidth, source.clientHeight);
  return canvas;
}

function drawLegend(ctx, lines, found, family) {
  ctx.font = `12px ${family}`;
  let left = MARGIN;
  lines.forEach((line, index) => {
    ctx.fillStyle = found.lines[index];
    ctx.fillRect(left, 36, 10, 3);
    ctx.fillStyle = found.text;
    const label = `${line.label} ${line.latest}`;
    ctx.fillText(label, left + 15, 41);
    left += 15 + ctx.measureText(label).width + 14;
  });
}
