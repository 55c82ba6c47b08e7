import type { Job } from '@windlass/client';

export const ID = '01a1f969-e660-74fa-85ad-c81b8a8b9752';

/** A job that succeeded, with what a spec gives it. */
export function sampleJob(given: Partial<Job> = {}): Job {
  return {
    ...{ id: ID, type: 'hash', typeVersion: 1, queue: 'hash', state: 'succeeded', run: 1, epoch: 1 },
    ...{ attempt: 1, maxAttempts: 3, releases: 0, timeouts: 0, retries: 0, buries: 0, priority: 3, tags: [] },
    counters: { reserves: 1, timeouts: 0, releases: 0, buries: 0, kicks: 0 },
    ...{ createdAt: '2026-01-02T03:04:05.000Z', softMs: 5_000, hardMs: 10_000, retention: 'standard' },
    backoff: { kind: 'fixed', delayMs: 1_000 },
    ...given,
  };
}
