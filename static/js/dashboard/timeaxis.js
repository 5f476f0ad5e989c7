// The time axis that all charts share: ticks at round times of the reader's zone.

import { clock, day } from "./format.js";

const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY,
];

/** At most `most` ticks between start and end; the last is "now" when the range is live. */
export function ticks(startMs, endMs, most, live) {
  const step = STEPS.find((size) => (endMs - startMs) / size <= most) ?? STEPS.at(-1);
  const found = [];
  for (let wall = Math.ceil(wallOf(startMs) / step) * step; wall <= wallOf(endMs); wall += step) {
    const time = timeOf(wall);
    // An hour that the clock shows twice, or never, has no tick of its own.
    if (time >= startMs && time <= endMs && time > (found.at(-1)?.value ?? -Infinity)) {
      found.push({ value: time, label: label(time, step) });
    }
  }
  const room = (endMs - startMs) / most / 2;
  if (!live) return found;
  return [...found.filter((tick) => tick.value < endMs - room), { value: endMs, label: "now" }];
}

/** What the reader's clock shows, counted in ms; each time with the offset of its own day. */
const wallOf = (timeMs) => timeMs - new Date(timeMs).getTimezoneOffset() * MINUTE;

function timeOf(wallMs) {
  const guess = wallMs + new Date(wallMs).getTimezoneOffset() * MINUTE;
  return wallMs + new Date(guess).getTimezoneOffset() * MINUTE;
}

function label(timeMs, stepMs) {
  const date = new Date(timeMs);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  return stepMs >= DAY || midnight ? day(timeMs) : clock(timeMs);
}
