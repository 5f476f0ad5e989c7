// Refreshes when anything changed state: told by a stream of events where the server has room for
// one (opsportal/dashboard/stream.py), else by asking every second. Not while paused, hidden, or
// while the server is away.

const EVERY_MS = 1000;
const STREAM_AGAIN_MS = 60000;

export function followPulse(page, refresher, key) {
  let known = null;
  const hear = (version) => {
    if (known !== null && known !== version) refresher.load();
    known = version;
  };
  const stream = new Stream(page.dataset.stream, hear);
  const poll = poller(page.dataset.pulse, key, hear);
  const follow = () => {
    if (refresher.paused || refresher.expired || refresher.failures || document.hidden) stream.close();
    else if (!stream.tells()) poll();
  };
  document.addEventListener("visibilitychange", follow);
  setInterval(follow, EVERY_MS);
  follow();
}

class Stream {
  constructor(url, hear) {
    Object.assign(this, { url, hear, source: null, tryAt: 0 });
  }

  /** Whether events come, so that nobody needs to ask; tries to open it where it is closed. */
  tells() {
    if (this.source === null && performance.now() >= this.tryAt) this.open();
    return this.source?.readyState === EventSource.OPEN;
  }

  open() {
    this.source = new EventSource(this.url);
    this.source.onmessage = (event) => this.hear(event.data);
    this.source.onerror = () => {
      // Otherwise it ended in its time, and the browser opens the next one.
      if (this.source?.readyState !== EventSource.CLOSED) return;
      this.close();
      this.tryAt = performance.now() + STREAM_AGAIN_MS;
    };
  }

  close() {
    this.source?.close();
    this.source = null;
  }
}

function poller(url, key, hear) {
  let asking = false;
  return async () => {
    if (asking) return;
    asking = true;
    try {
      const headers = { "X-Dashboard-Key": key() };
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(5000) });
      if (response.ok) hear((await response.json()).version);
    } catch {
      // The next refresh finds out whether the server is away, and says so.
    } finally {
      asking = false;
    }
  };
}
