import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** Named in the failure: "waited 5000 ms for <what>". */
  what: string;
  /** Default 10 s: generous on a loaded machine, and only a failing test ever waits it out. */
  timeoutMs?: number;
  /** Default 20 ms. */
  intervalMs?: number;
}

/**
 * Polls until the probe returns something truthy, and resolves to that. A probe that throws counts as "not yet"; the
 * last error is the cause of the failure. This is what specs use instead of sleeping.
 */
export async function waitFor<T>(probe: () => T | Promise<T>, options: WaitOptions): Promise<Exclude<T, Falsy>> {
  const { what, timeoutMs = 10_000, intervalMs = 20 } = options;
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value as Exclude<T, Falsy>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`, { cause: lastError });
    await sleep(intervalMs);
  }
}

type Falsy = false | null | undefined | 0 | '';
