import { type ClaimedJob, type ClaimJobs, claimJobs, claimJobsReply } from '@windlass/contracts';
import { isFault, messageOf } from '@windlass/faults';
import { Backoff } from '../backoff.js';
import type { WorkerContext } from '../worker-context.js';

/** A claim takes core some milliseconds; what has no answer by then is asked again. */
const MAX_TIMEOUT_MS = 5_000;
/** Job messages live for 55 s. Kept longer, one would only stand in the way of its successor. */
const HOLD_MESSAGES_MS = 55_000;
/** An answer that says "bug" or "unreadable" so often will not change. */
const MAX_REFUSALS = 5;

export interface ClaimRequest {
  type: string;
  versions: number[];
  ids: string[];
  free: number;
  /** Between two beats: the lease of what was granted runs already, whether its answer arrives or not. */
  beatMs: number | undefined;
  signal: AbortSignal;
  /** Called once when the answer takes longer than the job messages live. */
  onStale(): void;
}

/**
 * Asks core for jobs until it has answered, always with the same token: an answer that was lost may have granted some, and the
 * repetition brings the same ones (decision 3). Gives up when the signal aborts, or when core cannot read the question;
 * what had been granted then is found by its lease.
 */
export async function claimUntilAnswered(context: WorkerContext, request: ClaimRequest): Promise<ClaimedJob[]> {
  const { core, logger, runtime, worker, machine, incarnation } = context;
  const { type, versions, ids, free, signal } = request;
  const claim: ClaimJobs = { worker, machine, incarnation, token: runtime.uuid(), type, versions, ids, free };
  const timeoutMs = Math.min(MAX_TIMEOUT_MS, request.beatMs ?? MAX_TIMEOUT_MS);
  const staleMs = runtime.monotonicMs() + HOLD_MESSAGES_MS;
  const backoff = new Backoff(runtime, { firstMs: 100, maxMs: 2_000 });
  let refusals = 0;
  let stale = false;
  while (!signal.aborted) {
    try {
      return (await core.call(claimJobs, claimJobsReply, claim, { timeoutMs })).jobs;
    } catch (error) {
      if (!isFault(error) || error.kind !== 'retryable') refusals += 1;
      logger.warn(
        { operation: 'claim', type, token: claim.token, error },
        `a claim has no answer: ${messageOf(error)}`,
      );
      if (refusals >= MAX_REFUSALS) return [];
    }
    if (!stale && runtime.monotonicMs() > staleMs) {
      stale = true;
      request.onStale();
    }
    await backoff.wait(signal);
  }
  return [];
}
