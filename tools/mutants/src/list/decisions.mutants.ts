import type { Mutant } from '../mutant.js';
import { MODEL } from './killers.js';

const DECIDE = 'libs/lifecycle/src/decide-attempt.ts';
const STATES = 'libs/lifecycle/src/states.ts';

/** What follows what: pure code, so that the model is enough. */
export const DECISIONS: Mutant[] = [
  {
    name: 'one-attempt-too-many',
    breaks: ['P3', 'checklist 11'],
    edits: [{ file: DECIDE, find: 'job.attempt >= job.maxAttempts', replace: 'job.attempt > job.maxAttempts' }],
    killer: MODEL,
    short: true,
  },
  {
    name: 'retry-after-never',
    breaks: ['P3'],
    edits: [
      { file: DECIDE, find: "end.retry === 'never' || ", replace: '' },
      {
        file: DECIDE,
        find: 'if (end.retry !== undefined) return',
        replace: "if (typeof end.retry === 'object') return",
      },
    ],
    killer: MODEL,
  },
  {
    name: 'time-out-always-retried',
    breaks: ['P3'],
    edits: [{ file: DECIDE, find: "end.outcome === 'timed-out' && !job.retryTimeout", replace: 'false' }],
    killer: MODEL,
  },
  {
    name: 'drains-without-bound',
    breaks: ['P2'],
    edits: [
      {
        file: DECIDE,
        find: "return job.releases >= MAX_RELEASES ? { state: 'failed' } : { state: 'scheduled', delayMs: 0 };",
        replace: "return { state: 'scheduled', delayMs: 0 };",
      },
    ],
    killer: MODEL,
  },
  {
    name: 'lost-fails-the-job',
    breaks: ['P2'],
    edits: [
      {
        file: DECIDE,
        find: "if (end.outcome === 'lost') return { state: 'scheduled', delayMs: 0 };",
        replace: "if (end.outcome === 'lost') return { state: 'failed' };",
      },
    ],
    killer: MODEL,
  },
  {
    name: 'success-after-cancel',
    breaks: ['P2', 'checklist 12'],
    edits: [
      {
        file: STATES,
        find: "cancelled: { scheduled: 'replay, later', queued: 'replay' },",
        replace: "cancelled: { scheduled: 'replay, later', queued: 'replay', succeeded: 'late report' },",
      },
    ],
    killer: MODEL,
  },
  {
    name: 'backoff-begins-doubled',
    breaks: ['P3'],
    edits: [
      {
        file: 'libs/lifecycle/src/retry-delay.ts',
        find: 'Math.min(attempt - 1, 30)',
        replace: 'Math.min(attempt, 30)',
      },
    ],
    killer: MODEL,
    why: 'Promises name no delay; the policy that a type declares is a promise all the same.',
  },
];
