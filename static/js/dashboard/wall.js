// A dashboard that hangs on a wall for weeks: loads itself anew after an upgrade, and once a day, so
// that neither old scripts nor memory pile up. Only after an answer: a server that is away keeps
// what is shown.

const DAY_MS = 86400000;

export function keepFresh(page, first) {
  const opened = performance.now();
  return (data) => {
    if (!page.classList.contains("wall")) return;
    if (data.version !== first.version || performance.now() - opened > DAY_MS) window.location.reload();
  };
}
