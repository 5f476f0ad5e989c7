// For printing: charts are drawn for the width that print.css gives them, and sharp.

const HALF_WIDTH = 314;
const WHOLE_WIDTH = 668;
const HEIGHT = 190;
const SHARPNESS = 3;

export function drawForPaper(page, views) {
  const width = page.classList.contains("check-page") ? WHOLE_WIDTH : HALF_WIDTH;
  const each = (change) => views.forEach((view) => view.chart && change(view.chart));
  window.addEventListener("beforeprint", () => {
    page.dataset.printed = `${new Date().toLocaleString("en-GB")} · ${rangeOf(page)}`;
    each((chart) => {
      chart.options.devicePixelRatio = SHARPNESS;
      chart.resize(width, HEIGHT);
    });
  });
  window.addEventListener("afterprint", () => each((chart) => {
    chart.options.devicePixelRatio = undefined;
    chart.resize();
  }));
}

/** As the button of the range says it; what was chosen by hand stands in the address. */
function rangeOf(page) {
  const chosen = page.querySelector(".ranges > a[aria-current]");
  return chosen ? `the last ${chosen.textContent.trim()}` : window.location.href;
}
