import type { Draw } from '@windlass/proof';
import { LONGEST_RUN_MS } from '../seed-times.js';
import type { RunPlan, SimPayload } from '../services/sim-handlers.js';

/** One submission as a client will send it, again and again until it has heard of it. */
export interface Submission {
  atMs: number;
  key: string;
  body: Record<string, unknown> & { type: string; payload: SimPayload };
  /** Sent this often at once, under one key. */
  copies: number;
  cancelAfterMs?: number;
  replayAfterMs?: number;
  readAfterMs?: number;
}

/** What an operator does to a queue or to many jobs. */
export interface Operation {
  atMs: number;
  kind: 'pause' | 'cancel-all' | 'replay-all';
  queue: string;
  /** Of a pause: how long it lasts. */
  lastsMs: number;
}

export interface Workload {
  submissions: Submission[];
  operations: Operation[];
}

const TYPES = ['sim.tiny', 'sim.heavy'] as const;
const HOWS: [RunPlan['how'], number][] = [
  ['ok', 60],
  ['fail', 14],
  ['final', 5],
  ['retry', 8],
  ['cancel', 4],
  ['hang', 2],
  ['deaf', 7],
];

/** 4 to 18 jobs over `windowMs`, with all that a job can be given. */
export function planWorkload(draw: Draw, windowMs: number): Workload {
  const count = draw.whole(4, 18);
  // Some seeds have few keys, so that they are fought for.
  const keys = draw.chance(0.4) ? draw.whole(1, 3) : 0;
  const duplicates = draw.chance(0.25) ? draw.whole(1, 2) : 0;
  const submissions = Array.from({ length: count }, (_, n) => planSubmission(draw, n, { windowMs, keys, duplicates }));
  return { submissions, operations: planOperations(draw, windowMs) };
}

function planSubmission(
  draw: Draw,
  n: number,
  { windowMs, keys, duplicates }: { windowMs: number; keys: number; duplicates: number },
): Submission {
  const key = `k${n}`;
  const type = draw.pick(TYPES);
  const runs = Array.from({ length: draw.whole(1, 3) }, () => planRun(draw));
  const body: Submission['body'] = { type, payload: { key, runs } };
  if (draw.chance(0.2)) body.delay = draw.whole(1, 2_000);
  if (draw.chance(0.3)) body.priority = draw.whole(0, 9);
  if (draw.chance(0.1)) body.ttl = draw.whole(300, 4_000) + Number(body.delay ?? 0);
  if (draw.chance(0.3)) body.maxAttempts = draw.whole(1, 4);
  if (draw.chance(0.1)) body.retention = draw.pick(['short', 'long']);
  if (keys > 0 && draw.chance(0.6)) {
    body.concurrencyKey = `c${draw.whole(1, keys)}`;
    body.concurrencyLimit = draw.whole(1, 2);
  }
  if (duplicates > 0 && draw.chance(0.5)) {
    body.dedupeKey = `d${draw.whole(1, duplicates)}`;
    body.onDuplicate = draw.pick(['reject', 'return', 'replace']);
  }
  const submission: Submission = {
    atMs: draw.next() * windowMs,
    key,
    body,
    copies: draw.chance(0.15) ? draw.whole(2, 3) : 1,
  };
  if (draw.chance(0.2)) submission.cancelAfterMs = draw.next() * 2_000;
  if (draw.chance(0.2)) submission.replayAfterMs = draw.next() * 4_000;
  if (draw.chance(0.2)) submission.readAfterMs = draw.next() * 2_000;
  return submission;
}

function planRun(draw: Draw): RunPlan {
  const weight = draw.whole(
    1,
    HOWS.reduce((sum, [, each]) => sum + each, 0),
  );
  let below = 0;
  const [how] = HOWS.find(([, each]) => {
    below += each;
    return weight <= below;
  })!;
  // Some outlast a lease: only they can become zombies.
  const ms = draw.chance(0.6) ? draw.whole(1, 250) : draw.whole(250, LONGEST_RUN_MS);
  return { ms, how, ...(draw.chance(0.1) ? { artifact: true } : {}) };
}

function planOperations(draw: Draw, windowMs: number): Operation[] {
  const operations: Operation[] = [];
  if (draw.chance(0.2)) {
    operations.push({
      atMs: draw.next() * windowMs,
      kind: 'pause',
      queue: draw.pick(TYPES),
      lastsMs: draw.next() * 2_000,
    });
  }
  if (draw.chance(0.12)) {
    const kind = draw.pick(['cancel-all', 'replay-all'] as const);
    operations.push({ atMs: draw.next() * windowMs, kind, queue: draw.pick(TYPES), lastsMs: 0 });
  }
  return operations;
}
