import type { JobState } from '@windlass/contracts';
import * as lifecycle from '@windlass/lifecycle';
import type { Lifecycle } from './job-record.js';

type Decide = Lifecycle['decideAttempt'];

const decides = (decideAttempt: Decide): Lifecycle => ({ ...lifecycle, decideAttempt });
const allows = (from: JobState, to: JobState): Lifecycle => ({
  ...lifecycle,
  canMove: (a, b) => (a === from && b === to) || lifecycle.canMove(a, b),
});
const refuses = (from: JobState, to: JobState): Lifecycle => ({
  ...lifecycle,
  canMove: (a, b) => !(a === from && b === to) && lifecycle.canMove(a, b),
});
const real = lifecycle.decideAttempt;

/** Transition code that breaks one sentence of the documents each. */
export const BROKEN: Record<string, Lifecycle> = {
  'one attempt too many': decides((job, end, chance) => real({ ...job, attempt: job.attempt - 1 }, end, chance)),
  'one attempt too few': decides((job, end, chance) => real({ ...job, maxAttempts: job.maxAttempts - 1 }, end, chance)),
  'a retry after never': decides((job, { outcome }, chance) => real(job, { outcome }, chance)),
  'never ends a drain, too': decides((job, end, chance) =>
    end.retry === 'never' ? { state: 'failed' } : real(job, end, chance),
  ),
  'the delay of the handler is forgotten': decides((job, end, chance) =>
    real(job, end.retry === 'never' ? end : { outcome: end.outcome }, chance),
  ),
  'lost as failed': decides((job, end, chance) =>
    end.outcome === 'lost' ? { state: 'failed' } : real(job, end, chance),
  ),
  'lost waits like a failure': decides((job, end, chance) =>
    real(job, end.outcome === 'lost' ? { outcome: 'failed' } : end, chance),
  ),
  'lost without end': decides((job, end, chance) =>
    end.outcome === 'lost' ? { state: 'scheduled', delayMs: 0 } : real(job, end, chance),
  ),
  'a time-out is always tried again': decides((job, end, chance) => real({ ...job, retryTimeout: true }, end, chance)),
  'a crash is a success': decides((job, end, chance) =>
    end.outcome === 'crashed' ? { state: 'succeeded' } : real(job, end, chance),
  ),
  'a cancel by the handler is tried again': decides((job, end, chance) =>
    real(job, end.outcome === 'cancelled' ? { outcome: 'failed' } : end, chance),
  ),
  'a drain uses up an attempt': decides((job, end, chance) =>
    end.outcome === 'aborted' && job.attempt >= job.maxAttempts ? { state: 'failed' } : real(job, end, chance),
  ),
  'drains without a bound': decides((job, end, chance) => real({ ...job, releases: 0 }, end, chance)),
  'releases without a bound': { ...lifecycle, MAX_RELEASES: Number.POSITIVE_INFINITY },
  'the first delay is doubled already': decides((job, end, chance) => {
    const decision = real(job, end, chance);
    const { backoff, attempt } = job;
    if (backoff.kind !== 'exponential' || decision.state !== 'scheduled' || end.retry !== undefined) return decision;
    if (end.outcome === 'lost' || end.outcome === 'aborted') return decision;
    return { state: 'scheduled', delayMs: lifecycle.retryDelayMs(backoff, attempt + 1, chance) };
  }),
  'jitter adds': decides((job, end, chance) => {
    const decision = real(job, end, chance);
    const share = (job.backoff.jitter ?? 0) * chance;
    return decision.state === 'scheduled' ? { ...decision, delayMs: decision.delayMs * (1 + share) } : decision;
  }),
  'jitter is never drawn': decides((job, end) => real(job, end, 0)),
  'a list starts anew': decides((job, end, chance) => {
    const { backoff, attempt } = job;
    if (backoff.kind !== 'list') return real(job, end, chance);
    const next = backoff.delaysMs[(attempt - 1) % backoff.delaysMs.length] ?? 0;
    return real({ ...job, backoff: { ...backoff, delaysMs: [next] } }, end, chance);
  }),
  'a success that comes after the cancel': allows('cancelled', 'succeeded'),
  'a replay of a running job': {
    ...lifecycle,
    isTerminal: (state) => state === 'running' || lifecycle.isTerminal(state),
  },
  'an expired run that does not count as ended': {
    ...lifecycle,
    isTerminal: (state) => state !== 'expired' && lifecycle.isTerminal(state),
  },
  'a claim of a running job': allows('running', 'running'),
  'a start without being queued': allows('scheduled', 'running'),
  'expired while it runs': allows('running', 'expired'),
  'a running job that nobody can cancel': refuses('running', 'cancelled'),
  'no way back into the queue': refuses('running', 'queued'),
};
