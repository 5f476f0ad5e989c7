// Keeps what is being read where it is, while things above it grow and shrink.

/** The browser's own anchoring is off on these pages: it lets go of what it holds on to when just
    that is drawn anew. */
export function keepPlace(change) {
  const held = window.scrollY > 0 ? heldElement() : null;
  const before = held?.getBoundingClientRect().top;
  change();
  if (held?.isConnected) window.scrollBy(0, held.getBoundingClientRect().top - before);
}

function heldElement() {
  const focused = document.activeElement;
  if (focused?.closest("#dashboard") && isInView(focused)) return focused;
  const middle = document.elementFromPoint(window.innerWidth / 2, window.innerHeight / 2);
  return middle?.closest("article, .tile, section") ?? null;
}

function isInView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}
