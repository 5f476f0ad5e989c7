// The sentence, the tiles and the table of routes, brought up to date in place.

const sentence = document.getElementById("sentence");

export function showSentence({ lead, text, state }) {
  sentence.dataset.state = state;
  setText(sentence.querySelector(".lead"), lead);
  setText(sentence.querySelector(".text"), text);
  document.title = `${`${lead} ${text}`.trim()} | OpsPortal`;
}

export function showTiles(tiles) {
  for (const tile of tiles) {
    const element = document.querySelector(`[data-tile="${tile.key}"]`);
    element.dataset.state = tile.verdict.state;
    const fields = { ...tile, word: tile.verdict.word };
    for (const field of element.querySelectorAll("[data-field]")) {
      setText(field, fields[field.dataset.field]);
    }
    element.querySelector("path").setAttribute("d", tile.sparkline);
  }
}

/** Rows keep their element, so that a selection or a reader's place in the table stays. */
export function showRoutes({ routes, compared_with: comparedWith }) {
  setText(document.querySelector("[data-field=compared-with]"), comparedWith);
  const body = document.getElementById("routes");
  const rows = new Map([...body.rows].map((row) => [row.dataset.route, row]));
  routes.forEach((route, index) => {
    const row = rows.get(route.key) ?? newRow(route);
    rows.delete(route.key);
    setText(row.querySelector(".note"), route.place);
    row.classList.toggle("failing", route.failing);
    const values = [route.per_minute, route.errors, route.p50, route.p95, route.p99, route.apdex, route.change];
    values.forEach((value, column) => setText(row.cells[column + 1], value));
    row.cells[7].classList.toggle("slower", route.slower);
    if (body.rows[index] !== row) body.insertBefore(row, body.rows[index] ?? null);
  });
  rows.forEach((row) => row.remove());
  document.getElementById("no-routes").hidden = routes.length > 0;
}

function newRow(route) {
  const row = document.createElement("tr");
  row.dataset.route = route.key;
  const head = document.createElement("th");
  head.scope = "row";
  head.append(document.createElement("code"));
  head.firstChild.textContent = `${route.method} ${route.route}`;
  const place = document.createElement("span");
  place.className = "note";
  head.append(" ", place);
  row.append(head, ...Array.from({ length: 7 }, () => document.createElement("td")));
  return row;
}

export function setText(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
