// A dashboard that hangs on a wall for weeks: loads itself anew after an upgrade, and once a day, so
// that neither old scripts nor memory pile up. Only when the page itself has just been answered: an
// error of a proxy or of the browser, or the way to the login, would hang there until somebody comes.

const DAY_MS = 86400000;

export function keepFresh(page, first) {
  const opened = performance.now();
  let asking = false;
  return async (data) => {
    if (asking || !page.classList.contains("wall")) return;
    if (data.version === first.version && performance.now() - opened <= DAY_MS) return;
    asking = true;
    if (await isThere()) window.location.reload();
    asking = false;
  };
}

async function isThere() {
  try {
    const response = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    return response.ok && !response.redirected;
  } catch {
    return false; // asked again after the next refresh
  }
}
