// The heat map of response times. It has the crosshair of the other charts; its picture is the
// server's, of which a refresh changes the paths.

import { ChartView } from "./chart.js";
import { clock, day, exact, moment, number } from "./format.js";

const AXIS_WIDTH = 56;
const TABLE_ROWS = 24;
const DAY_MS = 86400000;

export class HeatView extends ChartView {
  constructor(article) {
    super(article, (plot) => new HeatPicture(plot), new HeatTable(article.querySelector(".values")));
  }

  /** The counts of the step under the crosshair, too. */
  spoken(anchorMs = null) {
    const counts = this.data.counts[Math.floor((this.pointedMs - this.data.start_ms) / this.data.step_ms)] ?? [];
    const parts = this.data.bands.map((band, row) => [band, counts[row]]).filter(([, count]) => count);
    return `${super.spoken(anchorMs)}; ${parts.map(([band, count]) => `${band}: ${number(count)}`).join(", ")}`;
  }
}

class HeatPicture {
  constructor(plot) {
    this.plot = plot;
    this.svg = plot.querySelector("svg");
    this.bands = plot.querySelector(".bands");
    this.ends = plot.querySelector(".ends").children;
  }

  get area() {
    return { left: AXIS_WIDTH, right: this.plot.clientWidth };
  }

  show(data, range) {
    const columns = data.counts.length || 1;
    // The picture begins and ends with whole steps; what is shown of it is the range.
    const left = (range.start_ms - data.start_ms) / data.step_ms;
    const width = (range.end_ms - range.start_ms) / data.step_ms;
    this.svg.setAttribute("viewBox", `${data.lines.length ? left : 0} 0 ${data.lines.length ? width : columns} ${data.bands.length || 1}`);
    data.shades.forEach((path, index) => this.svg.children[index].setAttribute("d", path));
    this.bands.replaceChildren(...data.ticks.map((tick) => textElement("li", tick)));
    const time = range.end_ms - range.start_ms > DAY_MS ? (at) => `${day(at)} ${clock(at)}` : clock;
    this.ends[0].textContent = time(range.start_ms);
    this.ends[1].textContent = range.key === "custom" ? time(range.end_ms) : "now";
  }
}

class HeatTable {
  constructor(details) {
    this.details = details;
    details.addEventListener("toggle", () => this.build());
  }

  update(data, nowMs) {
    Object.assign(this, { data, nowMs });
    this.build();
  }

  build() {
    if (!this.details.open || !this.data) return;
    const { bands, counts, start_ms: startMs, step_ms: stepMs } = this.data;
    const head = [header("Time", "col"), ...bands.map((band) => header(band, "col"))];
    this.details.querySelector("thead tr").replaceChildren(...head);
    const rows = counts.map((column, place) => [startMs + place * stepMs, column]).filter(([, column]) => column.some(Boolean));
    this.details.querySelector("tbody").replaceChildren(...rows.reverse().slice(0, TABLE_ROWS).map(([time, column]) => {
      const row = document.createElement("tr");
      const when = header(moment(time, stepMs, this.nowMs), "row");
      when.title = exact(time);
      row.append(when, ...column.map((count) => textElement("td", number(count))));
      return row;
    }));
  }
}

function header(content, scope) {
  const element = textElement("th", content);
  element.scope = scope;
  return element;
}

function textElement(name, content) {
  const element = document.createElement(name);
  element.textContent = content;
  return element;
}
