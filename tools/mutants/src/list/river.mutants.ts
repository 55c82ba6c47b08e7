import type { Mutant } from '../mutant.js';
import { SIMULATION } from './killers.js';

/** Messages: what is lost, doubled, unroutable or never answered must not matter. */
export const RIVER: Mutant[] = [
  {
    name: 'unroutable-taken-for-routed',
    breaks: ['P2', 'checklist 2'],
    edits: [
      {
        file: 'libs/dispatch/src/publish-pack.ts',
        find: "return sent === 'routed';",
        replace: 'return sent !== undefined;',
      },
      {
        file: 'apps/worker/src/create-worker.ts',
        find: 'onMissing: () => this.announcer.announce(),',
        replace: 'onMissing: () => undefined,',
      },
    ],
    killer: SIMULATION,
    why: 'A queue that is gone is declared anew by whoever sends to it, and by whoever consumes it: either is enough.',
  },
  {
    name: 'marks-without-end',
    breaks: ['P2', 'checklist 10'],
    edits: [
      {
        file: 'libs/store/src/operations/refill-lane.ts',
        find: '(select id from head where dispatch_until is null or dispatch_until <= (select at from clock))',
        replace: '(select id from head where dispatch_until is null)',
      },
    ],
    killer: SIMULATION,
    why: 'No reconciler: what a broker has lost is never handed over again.',
  },
  {
    name: 'message-never-acknowledged',
    breaks: ['P2', 'checklist 1', 'checklist 6'],
    edits: [
      {
        file: 'apps/worker/src/claim/job-lane.ts',
        find: 'for (const delivery of usedUp) delivery.ack();',
        replace: 'void usedUp;',
      },
    ],
    killer: SIMULATION,
    why: 'A message that is held on to is one that the prefetch counts: in the end nothing comes any more.',
  },
  {
    name: 'request-without-deadline',
    breaks: ['P2', 'checklist 4'],
    edits: [
      {
        file: 'libs/service-kit/src/rpc/rpc-client.ts',
        find: 'const timeoutMs = options.timeoutMs ?? this.options.timeoutMs;',
        replace: 'const timeoutMs = 2_000_000_000 + 0 * (options.timeoutMs ?? this.options.timeoutMs);',
      },
    ],
    killer: SIMULATION,
  },
  {
    name: 'report-forgotten-when-unanswered',
    breaks: ['P3', 'checklist 4'],
    edits: [
      {
        file: 'apps/worker/src/report/report-outcomes.ts',
        find: "if (isFault(error) && error.kind === 'retryable') return this.putBack(batch);",
        replace: `if (isFault(error) && error.kind === 'retryable') {
        for (const each of batch) this.options.onAnswered(each.attempt);
        return true;
      }`,
      },
    ],
    killer: SIMULATION,
  },
];
