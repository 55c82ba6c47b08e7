import type { Mutant } from '../mutant.js';
import { SIMULATION } from './killers.js';

const STORE = 'libs/store/src/operations';

/** P2 and P3: one end of each run, and effects that come with it. */
export const ENDS: Mutant[] = [
  {
    name: 'end-without-its-event',
    breaks: ['P2'],
    edits: [
      {
        file: `${STORE}/finish-attempts.ts`,
        find: 'select retention, tenant_id, id, run, epoch, end_state, true,',
        replace: 'select retention, tenant_id, id, run, epoch, unnest(array[]::text[]), true,',
      },
    ],
    killer: SIMULATION,
    short: true,
  },
  {
    name: 'two-terminal-events',
    breaks: ['P2'],
    edits: [
      {
        file: `${STORE}/finish-attempts.ts`,
        find: 'select retention, tenant_id, id, run, epoch, end_state, true,',
        replace: "select retention, tenant_id, id, run, epoch, unnest(array[end_state, 'ended']), true,",
      },
      {
        file: 'libs/store/src/migrations/0001-foundation.sql.ts',
        find: 'create unique index job_events_one_terminal',
        replace: 'create index job_events_one_terminal',
      },
    ],
    killer: SIMULATION,
    why: 'The unique index alone would turn the second event into a failure.',
  },
  {
    name: 'cancel-leaves-the-job',
    breaks: ['P2', 'checklist 12'],
    edits: [
      {
        file: `${STORE}/cancel-jobs.ts`,
        find: 'delete from jobs j using input i, locked l',
        replace: 'update jobs j set priority = j.priority from input i, locked l',
      },
    ],
    killer: SIMULATION,
    why: 'Against a completion only the delete of the row decides.',
  },
  {
    name: 'expired-while-it-runs',
    breaks: ['P2'],
    edits: [
      {
        file: `${STORE}/expire-jobs.ts`,
        find: "and attempt = 0 and expires_at <= (select at from clock) and (state || '') <> 'running'",
        replace: 'and expires_at <= (select at from clock)',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'result-beside-the-transaction',
    breaks: ['P3', 'checklist 5'],
    edits: [
      {
        file: `${STORE}/finish-attempts.ts`,
        find: 'end_state, outcome, result, error,',
        replace: 'end_state, outcome, null, error,',
      },
    ],
    killer: SIMULATION,
    why: 'As if the result were written afterwards, and the process had died in between.',
  },
  {
    name: 'failure-promotes-its-artifacts',
    breaks: ['P3', 'P4'],
    edits: [
      {
        file: 'apps/core-api/src/report/report-queue.ts',
        find: 'const { artifacts: _, resultFile: __, result: ___, error, ...rest } = report;',
        replace: 'const { resultFile: __, result: ___, error, ...rest } = report;',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'claim-of-what-runs',
    breaks: ['P3'],
    edits: [
      {
        file: `${STORE}/claim-text.ts`,
        find: "from jobs j where j.id = any($1) and (j.state || '') = 'queued' and not j.held order by j.id for update skip locked",
        replace:
          "from jobs j where j.id = any($1) and (j.state || '') in ('queued', 'running') and not j.held order by j.id for update skip locked",
      },
    ],
    killer: SIMULATION,
    why: 'A message that came twice runs the job twice.',
  },
  {
    name: 'attempts-not-counted',
    breaks: ['P2', 'checklist 11'],
    edits: [
      {
        file: `${STORE}/claim-text.ts`,
        find: 'attempt = j.attempt + 1,',
        replace: 'attempt = greatest(j.attempt, 1),',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'retry-counts-an-attempt-too',
    breaks: ['P3', 'checklist 11'],
    edits: [
      {
        file: `${STORE}/retry-attempts.ts`,
        find: "attempt = j.attempt - (i.outcome = 'aborted')::int,",
        replace: "attempt = j.attempt + 1 - 2 * (i.outcome = 'aborted')::int,",
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'concurrency-key-never-freed',
    breaks: ['P2'],
    edits: [
      {
        file: `${STORE}/admit-held.ts`,
        find: "      and not j.held and j.state in ('queued', 'running')",
        replace: "      and j.state in ('queued', 'running')",
      },
    ],
    killer: SIMULATION,
    why: 'Who waits for the key is counted among those who hold it: nobody gets it any more.',
  },
  {
    name: 'counts-never-fall',
    breaks: ['P2'],
    edits: [
      {
        file: 'libs/store/src/migrations/0002-job-life.sql.ts',
        find: ', -count(*) from removed',
        replace: ', 0 * count(*) from removed',
      },
    ],
    killer: SIMULATION,
  },
];
