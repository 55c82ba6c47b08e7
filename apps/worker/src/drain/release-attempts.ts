import { releaseAttempts, releaseAttemptsReply } from '@windlass/contracts';
import { isFault, messageOf } from '@windlass/faults';
import { Backoff } from '../backoff.js';
import { type HeldAttempt, refOf } from '../execute/held-attempts.js';
import type { WorkerContext } from '../worker-context.js';

const TIMEOUT_MS = 3_000;

/**
 * Tells core that these attempts were not started. Repeated until it has answered or the signal aborts; what it never hears
 * about is found by its lease.
 */
export async function releaseUntilAnswered(
  context: WorkerContext,
  attempts: readonly HeldAttempt[],
  signal: AbortSignal,
): Promise<void> {
  if (attempts.length === 0) return;
  const { core, logger, runtime, worker, incarnation } = context;
  const body = { worker, incarnation, items: attempts.map(refOf) };
  const backoff = new Backoff(runtime, { firstMs: 100, maxMs: 1_000 });
  while (!signal.aborted) {
    try {
      await core.call(releaseAttempts, releaseAttemptsReply, body, { timeoutMs: TIMEOUT_MS });
      return;
    } catch (error) {
      logger.warn(
        { operation: 'drain', attempts: attempts.length, error },
        `a release has no answer: ${messageOf(error)}`,
      );
      if (!isFault(error) || error.kind !== 'retryable') return;
    }
    await backoff.wait(signal);
  }
}
