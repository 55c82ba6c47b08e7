import fc from 'fast-check';
import { COMMANDS, type JobCommand } from './commands.js';
import { differingMove } from './compare.js';
import { JobRecord, type Lifecycle } from './job-record.js';
import { type BackoffPolicy, type Past, PlainModel, type Policy } from './plain-model.js';

/** Half of them are refused where they fall; the rest makes two or three runs of a job. */
const MAX_COMMANDS = 24;

export interface SequenceOptions {
  code: Lifecycle;
  sequences: number;
  seed: number;
  /** Of a counterexample: only that is run. */
  path?: string;
}

export interface Counterexample {
  seed: number;
  /** Repeats it with this seed: `--seed S --path P`. */
  path: string;
  job: string;
  commands: string[];
  error: string;
}

/** What was looked at, so that a run over nothing shows as such. */
export interface Looked {
  sequences: number;
  moves: number;
  ends: number;
  replays: number;
}

const jitter = fc.constantFrom(undefined, 0, 0.2, 0.5, 1);
const delay = fc.constantFrom(0, 1, 100, 1_000, 86_400_000);
const withJitter = <T extends object>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T & { jitter?: number }> =>
  fc
    .tuple(arbitrary, jitter)
    .map(([backoff, share]) => (share === undefined ? backoff : { ...backoff, jitter: share }));

const backoff: fc.Arbitrary<BackoffPolicy> = fc.oneof(
  withJitter(delay.map((delayMs) => ({ kind: 'fixed' as const, delayMs }))),
  withJitter(delay.map((delayMs) => ({ kind: 'exponential' as const, delayMs }))),
  withJitter(
    fc.tuple(delay, delay).map(([delayMs, maxDelayMs]) => ({ kind: 'exponential' as const, delayMs, maxDelayMs })),
  ),
  withJitter(fc.array(delay, { minLength: 1, maxLength: 4 }).map((delaysMs) => ({ kind: 'list' as const, delaysMs }))),
);

/** Few attempts, so that their end is met; now and then a hundred, for doubling without end. */
const job: fc.Arbitrary<{ policy: Policy; past: Past }> = fc
  .record({
    backoff,
    retryTimeout: fc.boolean(),
    left: fc.constantFrom(1, 2, 3),
    attempts: fc.constantFrom(0, 0, 0, 1, 2, 5, 31, 97),
    releases: fc.constantFrom(0, 0, 0, 1, 98, 99, 100),
    state: fc.constantFrom<Past['state']>('queued', 'queued', 'queued', 'scheduled', 'blocked'),
  })
  .map(({ left, attempts, releases, state, ...policy }) => ({
    policy: { ...policy, maxAttempts: attempts + left },
    past: { attempts, releases, state },
  }));

/** Draws lives of jobs and has both play them. Answers the smallest counterexample that could be found, if any. */
export function checkSequences({ code, sequences, seed, path }: SequenceOptions): {
  looked: Looked;
  counterexample?: Counterexample;
} {
  const looked: Looked = { sequences: 0, moves: 0, ends: 0, replays: 0 };
  const wrong = differingMove(code);
  if (wrong) return { looked, counterexample: { seed, path: '', job: 'any', commands: [], error: wrong } };
  const [sequencePath, replayPath] = path?.split('@') ?? [];
  const commands = fc.commands(COMMANDS, {
    maxCommands: MAX_COMMANDS,
    size: 'max',
    ...(replayPath ? { replayPath } : {}),
  });
  const property = fc.property(job, commands, ({ policy, past }, played) => {
    const record = new JobRecord(code, {
      ...policy,
      state: past.state,
      attempt: past.attempts,
      releases: past.releases,
    });
    looked.sequences += 1;
    try {
      fc.modelRun(() => ({ model: new PlainModel(policy, past), real: record }), played);
    } finally {
      looked.moves += record.moves.length;
      looked.ends += record.ends.length;
      looked.replays += record.run - 1;
    }
  });
  const details = fc.check(property, { seed, numRuns: sequences, ...(sequencePath ? { path: sequencePath } : {}) });
  if (!details.failed) return { looked };
  return { looked, counterexample: describe(details, seed) };
}

function describe(
  details: fc.RunDetails<[{ policy: Policy; past: Past }, Iterable<JobCommand>]>,
  seed: number,
): Counterexample {
  const [life, played] = details.counterexample ?? [];
  const commands = played ? [...played].map(String) : [];
  const replayPath = /replayPath="([^"]+)"/.exec(String(played))?.[1] ?? '';
  const error = details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
  return { seed, path: `${details.counterexamplePath}@${replayPath}`, job: JSON.stringify(life), commands, error };
}
