import type { Runtime } from '@windlass/clock';
import { isFault } from '@windlass/faults';
import { Backoff } from '../backoff.js';

/** Over some seconds: longer outages are for the retry of the whole attempt, which holds no slot while it waits. */
const TRIES = 4;

/** Repeats a call as long as it fails with a fault that may pass; each try is whole, so it must be repeatable. */
export async function repeatWhileAway<T>(runtime: Runtime, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  const backoff = new Backoff(runtime, { firstMs: 250, maxMs: 2_000 });
  for (let tried = 1; ; tried += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (tried >= TRIES || signal.aborted || !isFault(error) || error.kind !== 'retryable') throw error;
    }
    await backoff.wait(signal);
  }
}
