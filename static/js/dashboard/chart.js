// One chart: canvas, legend, words, table. The server's drawing stays until the canvas is drawn.

import { lineChart } from "./canvas.js";
import { moment, text } from "./format.js";
import { colours } from "./theme.js";
import { ValueTable } from "./valuetable.js";

const NEAR_PIXELS = 6;

export class ChartView {
  /** `makeChart(plot)` draws it: by default lines on a canvas. */
  constructor(article, makeChart = onCanvas, table = new ValueTable(article.querySelector(".values"))) {
    this.makeChart = makeChart;
    this.plot = article.querySelector(".plot");
    this.legend = article.querySelector(".legend");
    this.empty = article.querySelector(".empty");
    this.table = table;
    this.crosshair = this.plot.appendChild(document.createElement("div"));
    this.crosshair.className = "crosshair";
    this.crosshair.hidden = true;
    this.crosshair.append(document.createElement("span"));
    this.selection = this.plot.appendChild(document.createElement("div"));
    this.selection.className = "selection";
    this.selection.hidden = true;
    this.chart = null;
  }

  update(data, range, nowMs, marks = []) {
    Object.assign(this, { data, range, nowMs, marks });
    this.plot.setAttribute("aria-label", data.summary);
    if (this.empty.textContent !== data.empty) this.empty.textContent = data.empty;
    this.empty.hidden = !data.empty;
    this.buildLegend();
    this.table.update(data, nowMs);
    this.draw();
  }

  draw() {
    this.chart ??= this.makeChart(this.plot);
    this.chart.show(this.data, this.range, this.marks, colours());
    this.plot.classList.add("drawn");
    this.plot.classList.toggle("blank", !this.data.lines.length);
  }

  buildLegend() {
    const labels = this.data.lines.map((line) => line.label);
    const shown = [...this.legend.querySelectorAll(".label")].map((label) => label.textContent);
    if (labels.join("\n") !== shown.join("\n")) this.legend.replaceChildren(...labels.map(legendItem));
    this.values = [...this.legend.querySelectorAll("b")];
    this.showLatest();
  }

  showLatest() {
    this.data.lines.forEach((line, index) => setText(this.values[index], line.latest));
  }

  /** The time under a horizontal place of the plot, or null outside its axis. */
  timeAt(clientX) {
    const x = clientX - this.plot.getBoundingClientRect().left;
    const { left, right } = this.chart.area;
    if (!this.data.lines.length || x < left || x > right) return null;
    return this.range.start_ms + ((x - left) / (right - left)) * (this.range.end_ms - this.range.start_ms);
  }

  /** As `timeAt`, of the nearest end outside the axis. */
  nearestTimeAt(clientX) {
    const { left, right } = this.chart.area;
    const edge = this.plot.getBoundingClientRect().left;
    return this.timeAt(Math.min(edge + right, Math.max(edge + left, clientX)));
  }

  placeOf(timeMs) {
    const { left, right } = this.chart.area;
    const share = (timeMs - this.range.start_ms) / (this.range.end_ms - this.range.start_ms);
    return Math.round(left + share * (right - left));
  }

  /** Marks the stretch between two times; nothing while one of them is null. */
  selectBetween(oneMs, otherMs) {
    this.selection.hidden = oneMs === null || otherMs === null || !this.data.lines.length;
    if (this.selection.hidden) return;
    const [start, end] = [this.placeOf(oneMs), this.placeOf(otherMs)].sort((one, other) => one - other);
    this.selection.style.transform = `translateX(${start}px)`;
    this.selection.style.width = `${end - start}px`;
  }

  /** Shows the values of the step that holds `timeMs`; the latest again for null. */
  pointAt(timeMs) {
    this.pointedMs = timeMs;
    this.crosshair.hidden = timeMs === null || !this.data.lines.length;
    if (this.crosshair.hidden) {
      this.showLatest();
      return;
    }
    const { start_ms: startMs, step_ms: stepMs, unit, lines } = this.data;
    const { left, right } = this.chart.area;
    const index = Math.floor((timeMs - startMs) / stepMs);
    this.crosshair.style.transform = `translateX(${this.placeOf(timeMs)}px)`;
    const when = moment(startMs + index * stepMs, stepMs, this.nowMs);
    const mark = this.markNear(timeMs, (right - left) / (this.range.end_ms - this.range.start_ms));
    this.crosshair.firstChild.textContent = mark ? `${when} · ${mark.label}` : when;
    lines.forEach((line, i) => setText(this.values[i], text(line.values[index] ?? null, unit)));
  }

  /** The mark under the pointer, or near enough to be meant. */
  markNear(timeMs, pixelsPerMs) {
    const distance = (mark) => Math.abs(mark.time_ms - timeMs) * pixelsPerMs;
    const near = this.marks.filter((mark) => distance(mark) < NEAR_PIXELS);
    return near.sort((one, other) => distance(one) - distance(other))[0];
  }

  /** The legend in words, for the live region. */
  spoken(anchorMs = null) {
    const values = this.data.lines.map((line, i) => `${line.label} ${this.values[i].textContent}`);
    const from = anchorMs === null ? "" : `from ${moment(anchorMs, this.data.step_ms, this.nowMs)} to `;
    return `${this.data.title}, ${from}${this.crosshair.firstChild.textContent}: ${values.join(", ")}`;
  }
}

function onCanvas(plot) {
  const canvas = plot.appendChild(document.createElement("canvas"));
  canvas.setAttribute("aria-hidden", "true");
  return lineChart(canvas);
}

function legendItem(label, index) {
  const item = document.createElement("li");
  item.className = `line-${index + 1}`;
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  const name = document.createElement("span");
  name.className = "label";
  name.textContent = name.title = label;
  item.append(swatch, name, " ", document.createElement("b"));
  return item;
}

function setText(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
