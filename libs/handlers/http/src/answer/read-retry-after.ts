/** As the platform's own backoff: a day at the most. */
export const MAX_WAIT_MS = 86_400_000;

/**
 * `Retry-After` in ms from now, at most a day: seconds or an HTTP date (RFC 9110, 10.2.3). Undefined when there is none that can be read.
 * @param nowMs wall clock
 */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text) * 1_000, MAX_WAIT_MS);
  // Only what looks like a date: Date.parse makes something of nearly everything.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - nowMs), MAX_WAIT_MS);
}

const FIRST_FLOOR_MS = 5_000;
const LAST_FLOOR_MS = 3_600_000;

/**
 * The least wait after attempt n where the other side or an open circuit says when to come again: 5 s, 20 s, 80 s … to an hour. A host
 * that says "in a second" for ten minutes would otherwise use up all attempts within that time.
 */
export function leastWaitMs(attempt: number): number {
  return Math.min(FIRST_FLOOR_MS * 4 ** Math.min(Math.max(attempt, 1) - 1, 10), LAST_FLOOR_MS);
}
