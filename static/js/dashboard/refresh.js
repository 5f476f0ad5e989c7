// Asks the server again and again: not while paused or hidden, with back-off while it is away.

import { delaySeconds } from "./schedule.js";

const TIMEOUT_MS = 10000;
const PAUSED_KEY = "dashboard-paused";
// Of a page that nobody looks after: somebody may have logged in there meanwhile.
const EXPIRED_MS = 60000;

export class Refresher {
  /** `url()` gives the address; `read(response)` the data of an answer; `show(data)` shows it;
      `changed()` follows each change of state. What is `lasting` has no button to go on by: it is
      not paused, and asks again after its session has ended. */
  constructor({ url, read = (response) => response.json(), show, changed, waiting, every, lasting = false }) {
    Object.assign(this, { url, read, show, changed, waiting, every, lasting });
    this.paused = !lasting && localStorage.getItem(PAUSED_KEY) === "yes";
    this.expired = false;
    this.failures = 0;
    this.updatedAt = performance.now();
    document.addEventListener("visibilitychange", () => this.schedule());
    window.addEventListener("online", () => this.load());
    this.schedule();
  }

  get everySeconds() {
    return delaySeconds({ failures: 0, waiting: this.waiting, every: this.every });
  }

  pause(paused) {
    this.paused = paused;
    localStorage.setItem(PAUSED_KEY, paused ? "yes" : "no");
    if (paused) this.schedule();
    else this.load();
  }

  setEvery(seconds) {
    this.every = seconds;
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    this.changed();
    if (this.paused || (this.expired && !this.lasting) || document.hidden) return;
    const passed = this.failures ? 0 : performance.now() - this.updatedAt;
    const delayMs = this.expired ? EXPIRED_MS : Math.max(0, delaySeconds(this) * 1000 - passed);
    this.nextAt = performance.now() + delayMs;
    this.timer = setTimeout(() => this.load(), this.nextAt - performance.now());
  }

  /** Loads at once. A newer call overtakes an older one, whose answer is dropped. */
  async load() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const asked = new AbortController();
    this.asked = asked;
    const timeout = setTimeout(() => asked.abort(), TIMEOUT_MS);
    try {
      await this.take(await fetch(this.url(), { signal: asked.signal, headers: { Accept: "application/json, text/html" } }), asked);
    } catch {
      if (this.asked === asked) this.failures += 1;
    } finally {
      clearTimeout(timeout);
    }
    if (this.asked === asked) this.schedule();
  }

  async take(response, asked) {
    // A page is answered with the way to the login, data with a refusal.
    if (response.status === 401 || response.redirected) {
      this.expired = true;
      return;
    }
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const data = await this.read(response);
    if (this.asked !== asked) return;
    this.failures = 0;
    this.expired = false;
    this.updatedAt = performance.now();
    this.waiting = data.waiting;
    this.show(data);
  }
}
