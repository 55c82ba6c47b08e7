import type { AttemptOutcome, Backoff, JobState } from '@windlass/contracts';
import { retryDelayMs } from './retry-delay.js';

/** What decides about another attempt. Stands in the job's row, so that a change of the type changes no job under way. */
export interface RetryPolicy {
  attempt: number;
  maxAttempts: number;
  backoff: Backoff;
  /** Whether a kill at the hard limit is tried again. */
  retryTimeout: boolean;
  /** How often it was given back: before a start, or by a drain that could not wait. */
  releases: number;
}

export interface AttemptEnd {
  outcome: AttemptOutcome;
  /** What the handler asked for, if anything. */
  retry?: 'never' | { delayMs: number };
}

export type Decision =
  | { state: Extract<JobState, 'succeeded' | 'failed' | 'cancelled'> }
  | { state: 'scheduled'; delayMs: number };

/**
 * A job released this often without a start is quarantined as failed: something takes it and gives it back for ever.
 * Drains of a rolling deploy release a few times, never this often.
 */
export const MAX_RELEASES = 100;

/**
 * Where a job goes when an attempt has ended.
 * @param chance uniform in [0, 1), for the jitter
 */
export function decideAttempt(job: RetryPolicy, end: AttemptEnd, chance: number): Decision {
  if (end.outcome === 'succeeded' || end.outcome === 'cancelled') return { state: end.outcome };
  // A drain ended it, not the handler: it is not counted (see retryAttempts), but bounded as releases are.
  if (end.outcome === 'aborted') {
    return job.releases >= MAX_RELEASES ? { state: 'failed' } : { state: 'scheduled', delayMs: 0 };
  }
  const finalKill = end.outcome === 'timed-out' && !job.retryTimeout;
  if (end.retry === 'never' || finalKill || job.attempt >= job.maxAttempts) return { state: 'failed' };
  if (end.retry !== undefined) return { state: 'scheduled', delayMs: end.retry.delayMs };
  // A lost attempt was the machine's fault, not the handler's: waiting would help nobody.
  if (end.outcome === 'lost') return { state: 'scheduled', delayMs: 0 };
  return { state: 'scheduled', delayMs: retryDelayMs(job.backoff, job.attempt, chance) };
}
