import type { Mutant } from '../mutant.js';
import { SIMULATION, scenario } from './killers.js';

/** P1 and P6: what an answer to a submission is worth. */
export const ACCEPT: Mutant[] = [
  {
    name: 'accepted-before-commit',
    breaks: ['P1'],
    edits: [
      {
        file: 'apps/core-api/src/submit/flush-submissions.ts',
        find: '(jobs) => insertJobs(ports.db.engine, jobs, { repeated, markMs: DISPATCH.markMs }),',
        replace: `async (jobs) => {
      void insertJobs(ports.db.engine, jobs, { repeated, markMs: DISPATCH.markMs }).catch(() => undefined);
      return new Map(jobs.map((job) => [job.id, 'queued' as const]));
    },`,
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'commit-not-on-disk',
    breaks: ['P1'],
    edits: [
      {
        file: 'libs/store/src/connect/connect-database.ts',
        find: "  'jit=off',\n",
        replace: "  'jit=off',\n  'synchronous_commit=off',\n",
      },
    ],
    killer: scenario('power-cut'),
  },
  {
    name: 'key-makes-a-second-job',
    breaks: ['P1'],
    edits: [
      {
        file: 'libs/store/src/operations/insert-text.ts',
        find: 'where k.expires_at <= excluded.created_at or k.job_id = excluded.job_id',
        replace: '',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'key-not-in-the-transaction',
    breaks: ['P1', 'checklist 5'],
    edits: [
      {
        file: 'libs/store/src/operations/insert-jobs.ts',
        find: '    keyed: jobs.some((job) => job.key),',
        replace: '    keyed: false,',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'unknown-commit-told-as-refused',
    breaks: ['P1', 'checklist 4'],
    edits: [
      {
        file: 'libs/store/src/flush-queue.ts',
        find: 'const certain = !repeated && !unknown && !isDataError(error);',
        replace: 'const certain = !isDataError(error);',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'timeout-told-as-refused',
    breaks: ['P1', 'checklist 4'],
    edits: [
      {
        file: 'apps/gateway/src/submit/pack-submissions.ts',
        find: "const unsent = isFault(error) && error.code === 'broker.circuit-open';",
        replace: 'const unsent = isFault(error);',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'sent-after-its-refusal',
    breaks: ['P6', 'checklist 3'],
    edits: [
      {
        file: 'apps/gateway/src/submit/pack-submissions.ts',
        find: "if (this.broker.state === 'down') throw notAccepted('The message broker is away.');",
        replace: `if (this.broker.state === 'down') {
      const ignore = () => undefined;
      const sinceMs = this.runtime.monotonicMs() + 60_000;
      this.waiting.push({ item, bytes: 0, sinceMs, resolve: ignore, reject: ignore });
      throw notAccepted('The message broker is away.');
    }`,
      },
    ],
    killer: SIMULATION,
    why: 'What a client library buffers while it is disconnected, it sends after its caller has heard of an error.',
  },
  {
    name: 'accepted-though-core-is-away',
    breaks: ['P6'],
    edits: [
      {
        file: 'apps/gateway/src/submit/pack-submissions.ts',
        find: 'for (const entry of pack) entry.reject(reason);',
        replace: `void reason;
      for (const entry of pack) entry.resolve({ id: this.runtime.uuid(), state: 'queued', created: true });`,
      },
    ],
    killer: SIMULATION,
  },
];
