import type { Draw } from '@windlass/proof';
import { HARD_MS, type Plan, type PlanKind, TINY_TYPE, WORK_TYPE } from '../handlers/plan.js';

/** A submission as the API takes it. */
export type Submission = Record<string, unknown> & { type: string; payload: Plan };

/** What the client does with a job besides submitting it. */
export type Intent = 'none' | 'cancel' | 'replay' | 'wait';

export interface DrawnJob {
  key: string;
  submission: Submission;
  intent: Intent;
  /** How long after the answer the client does so. */
  intentMs: number;
}

/** Named queue with a limit of its own. */
export const LIMITED_QUEUE = 'chaos-limited';
export const LIMITED_RUNNING = 2;

/** Of a hundred heavy jobs; the rest are `ok`. */
const HEAVY_PLANS: readonly (readonly [PlanKind, number])[] = [
  ['fail', 8],
  ['give-up', 2],
  ['crash', 4],
  ['hang', 2],
  ['retry-after', 4],
  ['hostile', 3],
  ['stubborn', 3],
  ['big', 2],
];
/** A tiny job's child is shared, so that a crash or a hang hits its neighbours too: rarely. */
const TINY_PLANS: readonly (readonly [PlanKind, number])[] = [
  ['fail', 6],
  ['give-up', 2],
  ['crash', 1],
  ['retry-after', 3],
  ['hostile', 2],
];
const HEAVY_SHARE = 0.22;

export function drawJob(draw: Draw, key: string): DrawnJob {
  const heavy = draw.chance(HEAVY_SHARE);
  const kind = drawKind(draw, heavy ? HEAVY_PLANS : TINY_PLANS);
  const payload: Plan = {
    key,
    kind,
    times: draw.chance(0.1) ? 2 : 1,
    ms: kind === 'stubborn' ? draw.whole(1_500, HARD_MS - 2_500) : heavy ? workMs(draw) : 0,
    artifactBytes: heavy && draw.chance(0.25) ? draw.whole(10, 50_000) : 0,
  };
  const submission: Submission = {
    type: heavy ? WORK_TYPE : TINY_TYPE,
    payload,
    tags: ['chaos'],
    priority: draw.whole(0, 9),
  };
  if (draw.chance(0.1)) submission.delay = draw.whole(100, 3_000);
  if (draw.chance(0.04)) submission.ttl = draw.whole(3_500, 15_000);
  if (draw.chance(0.06)) {
    const limit = draw.whole(1, 3);
    submission.concurrencyKey = `limit-${limit}`;
    submission.concurrencyLimit = limit;
  }
  if (draw.chance(0.05)) {
    submission.dedupeKey = `same-${draw.whole(1, 4)}`;
    submission.onDuplicate = draw.pick(['reject', 'return', 'replace']);
  }
  if (draw.chance(0.05)) submission.queue = LIMITED_QUEUE;
  return { key, submission, ...drawIntent(draw) };
}

/** Mostly short, sometimes up to 1.5 s. */
const workMs = (draw: Draw) => (draw.chance(0.75) ? draw.whole(20, 300) : draw.whole(300, 1_500));

function drawKind(draw: Draw, plans: readonly (readonly [PlanKind, number])[]): PlanKind {
  let at = draw.whole(0, 99);
  for (const [kind, percent] of plans) {
    at -= percent;
    if (at < 0) return kind;
  }
  return 'ok';
}

function drawIntent(draw: Draw): Pick<DrawnJob, 'intent' | 'intentMs'> {
  const at = draw.whole(0, 99);
  const intentMs = draw.whole(0, 1_500);
  if (at < 6) return { intent: 'cancel', intentMs };
  if (at < 11) return { intent: 'replay', intentMs };
  if (at < 17) return { intent: 'wait', intentMs };
  return { intent: 'none', intentMs };
}
