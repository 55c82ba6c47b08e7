import type { WindlassError } from './windlass-error.js';

/** Five tries, over some four seconds unless the service asks for more: longer outages are the caller's to decide about. */
export const MAX_TRIES = 5;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/** No answer, or one that says: later. 502 and 504 are what a load balancer answers while the service behind it restarts. */
const PASSING: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** The same call may succeed in a moment. */
export function isPassing(failure: Pick<WindlassError, 'status' | 'code'>): boolean {
  return PASSING.has(failure.status) || failure.code === 'submit.key-in-progress';
}

/** Before try `tries` + 1: as long as the service asks for, or doubling; never more than ten seconds. */
export function delayMs(askedMs: number | undefined, tries: number): number {
  const grown = FIRST_DELAY_MS * 2 ** Math.min(tries - 1, 10);
  // Half of it random, so that clients that failed together do not come back together.
  const spread = grown * (0.5 + Math.random() / 2);
  return Math.min(MAX_DELAY_MS, Math.max(askedMs ?? 0, spread));
}

/** Rejects with the signal's reason when it aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** The first of both: what was waited for, or `late` as a rejection. */
export async function withinTimeout<T>(waited: Promise<T>, timeoutMs: number, late: () => WindlassError): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([waited, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
