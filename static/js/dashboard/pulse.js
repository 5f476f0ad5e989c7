// Asks every second whether anything changed state, and refreshes then. opsportal/dashboard/pulse.py
// says why it is not a stream. Not while paused, hidden, or while the server is away.

const EVERY_MS = 1000;

export function followPulse(page, refresher, key) {
  let known = null;
  let asking = false;
  const ask = async () => {
    if (asking || refresher.paused || refresher.expired || refresher.failures || document.hidden) return;
    asking = true;
    try {
      const headers = { "X-Dashboard-Key": key() };
      const response = await fetch(page.dataset.pulse, { headers, signal: AbortSignal.timeout(5000) });
      if (!response.ok) return;
      const { version } = await response.json();
      if (known !== null && known !== version) refresher.load();
      known = version;
    } catch {
      // The next refresh finds out whether the server is away, and says so.
    } finally {
      asking = false;
    }
  };
  setInterval(ask, EVERY_MS);
}
