import type { Mutant } from '../mutant.js';
import { SIMULATION } from './killers.js';

const STORE = 'libs/store/src/operations';
const IS_CURRENT = 'and j.run = i.run and j.epoch = i.epoch and j.token = i.token';

/** P4 and the leases: who may write, and how long. */
export const FENCING: Mutant[] = [
  {
    name: 'finish-without-epoch',
    breaks: ['P4', 'checklist 7'],
    edits: [{ file: `${STORE}/finish-attempts.ts`, find: IS_CURRENT, replace: '' }],
    killer: SIMULATION,
  },
  {
    name: 'retry-without-epoch',
    breaks: ['P4', 'checklist 7'],
    edits: [
      { file: `${STORE}/retry-attempts.ts`, find: IS_CURRENT, replace: '' },
      // Core looks before it decides; both looks have to go.
      {
        file: 'apps/core-api/src/report/report-queue.ts',
        find: 'if (!row || row.epoch !== report.epoch || row.token !== report.token) continue;',
        replace: 'if (!row) continue;',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'beat-without-epoch',
    breaks: ['P4', 'checklist 7'],
    edits: [{ file: `${STORE}/extend-leases.ts`, find: IS_CURRENT, replace: '' }],
    killer: SIMULATION,
  },
  {
    name: 'log-lines-without-epoch',
    breaks: ['P4'],
    edits: [
      {
        file: `${STORE}/append-logs.ts`,
        find: 'and j.run = a.run and j.epoch = a.epoch and j.token = a.token',
        replace: '',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'claim-keeps-the-epoch',
    breaks: ['P4'],
    edits: [{ file: `${STORE}/claim-text.ts`, find: 'epoch = j.epoch + 1,', replace: 'epoch = greatest(j.epoch, 1),' }],
    killer: SIMULATION,
  },
  {
    name: 'lease-on-another-clock',
    breaks: ['P3', 'checklist 8'],
    edits: [
      {
        file: `${STORE}/extend-leases.ts`,
        find: "lease_until = (select at from clock) + $6::float8 * interval '1 ms'",
        replace: 'lease_until = to_timestamp($6::float8 / 1000)',
      },
      {
        file: `${STORE}/extend-leases.ts`,
        find: '    leaseMs,\n  ]);',
        replace: '    Date.now() + leaseMs,\n  ]);',
      },
    ],
    killer: SIMULATION,
    why: 'Its virtual clock is not that of the process: who stamps by another clock than the database stamps something else.',
  },
  {
    name: 'rescue-ignores-grace',
    breaks: ['P3'],
    edits: [
      {
        file: `${STORE}/read-attempts.ts`,
        find: 'where p.grace_until < (select at from clock)\n         and p.proved_at',
        replace: 'where p.proved_at',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'no-grace-after-an-outage',
    breaks: ['P3'],
    edits: [
      {
        file: `${STORE}/prove-beat-path.ts`,
        find: "then clock.at + $2::float8 * interval '1 ms' else grace_until end",
        replace: "then grace_until + 0 * $2::float8 * interval '1 ms' else grace_until end",
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'leader-without-term',
    breaks: ['P3', 'checklist 9'],
    edits: [
      {
        file: 'apps/scheduler/src/lead/leadership.ts',
        find: 'return this.runtime.monotonicMs() < this.untilMs ? this.term : undefined;',
        replace:
          'return this.term && (this.runtime.monotonicMs() < this.untilMs || this.term) ? this.term : undefined;',
      },
      {
        file: `${STORE}/leader-guard.ts`,
        find: 'and expires_at > (select windlass_now()) for share',
        replace: "or name <> '' for share",
      },
    ],
    killer: SIMULATION,
    why: 'A paused leader that goes on is stopped twice: by its own clock, and by its term in each write.',
  },
];
