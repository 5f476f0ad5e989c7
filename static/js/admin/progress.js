// Keeps the progress of backups that run up to date; the page is loaded anew when one has ended.

const EVERY_MS = 2000;

async function look() {
  const running = [...document.querySelectorAll("[data-live]")];
  if (!running.length) return;
  if (!document.hidden) {
    try {
      const response = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const shown of running) {
        const fresh = page.querySelector(`[data-live="${shown.dataset.live}"]`);
        if (!fresh && response.ok) return location.reload();
        if (fresh) shown.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // The server is away for a moment: the next look tells.
    }
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
