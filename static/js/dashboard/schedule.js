// When to ask the server next. Pure.

export const EVERY_SECONDS = 30;
// A new installation shows its first data soon.
export const WAITING_SECONDS = 5;
const RETRY_SECONDS = [2, 4, 8, 15, 30];

export function delaySeconds({ failures, waiting, every = EVERY_SECONDS }) {
  if (failures) return RETRY_SECONDS[Math.min(failures, RETRY_SECONDS.length) - 1];
  return waiting ? Math.min(every, WAITING_SECONDS) : every;
}
