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
  const offset = new Date(endMs).getTimezoneOffset() * MINUTE;
  const found = [];
  for (let time = Math.ceil((startMs - offset) / step) * step + offset; time <= endMs; time += step) {
    found.push({ value: time, label: label(time, step) });
  }
  const room = (endMs - startMs) / most / 2;
  if (!live) return found;
  return [...found.filter((tick) => tick.value < endMs - room), { value: endMs, label: "now" }];
}

function label(timeMs, stepMs) {
  const date = new Date(timeMs);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  return stepMs >= DAY || midnight ? day(timeMs) : clock(timeMs);
}
