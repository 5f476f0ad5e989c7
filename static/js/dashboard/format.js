// Numbers and times as people read them. opsportal/dashboard/formats.py says the same on the server.

const NARROW_SPACE = "\u202f";
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
const DURATIONS = [[86400, "d"], [3600, "h"], [60, "min"]];

export function number(value) {
  const size = Math.abs(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const shown = value.toFixed(decimals);
  const short = decimals ? shown.replace(/\.?0+$/, "") : shown;
  return short.replace(/\B(?=(\d{3})+$)/g, decimals ? "" : NARROW_SPACE);
}

export function amount(value, unit) {
  if (value === null || value === undefined) return ["—", ""];
  if (unit === "B" || unit === "B/s") return bytes(value, unit.slice(1));
  if (unit === "ms" && Math.abs(value) >= 10000) return [number(value / 1000), "s"];
  if (unit === "s") return duration(value);
  return [number(value), unit];
}

export function text(value, unit) {
  return amount(value, unit).filter(Boolean).join(NARROW_SPACE);
}

function bytes(value, suffix) {
  let power = 0;
  while (Math.abs(value) >= 999.5 && power < BYTE_UNITS.length - 1) {
    value /= 1000;
    power += 1;
  }
  return [number(value), BYTE_UNITS[power] + suffix];
}

function duration(seconds) {
  for (const [size, unit] of DURATIONS) {
    if (seconds >= size) return [String(Math.floor(seconds / size)), unit];
  }
  return seconds < 1 ? [number(seconds * 1000), "ms"] : [number(seconds), "s"];
}

export function age(seconds) {
  return text(Math.max(0, Math.floor(seconds)), "s").replace(/^0.ms$/, `0${NARROW_SPACE}s`);
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const CLOCK_SECONDS = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "long" });

export const clock = (timeMs) => CLOCK.format(timeMs);
export const day = (timeMs) => DAY.format(timeMs);
export const exact = (timeMs) => EXACT.format(timeMs);

/** The time of a step: with seconds when steps are shorter than a minute, with its day when old. */
export function moment(timeMs, stepMs, nowMs) {
  const time = stepMs < 60000 ? CLOCK_SECONDS.format(timeMs) : clock(timeMs);
  return nowMs - timeMs < 86400000 && stepMs < 3600000 ? time : `${day(timeMs)} ${time}`;
}
