import { isClean } from '@windlass/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BREAKS } from './breaks.fixture.js';
import { openWarmStage } from './open-warm-stage.js';
import { judgeSeed } from './run/judge-seed.js';
import type { Stage } from './services/stage.js';
import { simulateSeed } from './simulate-seed.js';

/** Of a break: so many seeds must not pass without it being noticed. */
const ENOUGH_SEEDS = 250;

let stage: Stage;
beforeAll(async () => {
  stage = await openWarmStage();
}, 300_000);
afterAll(() => stage?.close(), 60_000);

describe('a seed', () => {
  it('is one order of all steps: again, and after others, it leaves the same trace and the same history', async () => {
    const seeds = [3, 11, 6];
    const first = new Map<number, string>();
    for (const seed of seeds) first.set(seed, traceOf(await simulateSeed(stage, seed)));
    for (const seed of seeds.toReversed()) expect(traceOf(await simulateSeed(stage, seed))).toBe(first.get(seed));
    expect(new Set(first.values()).size).toBe(seeds.length);
  }, 300_000);

  it('has jobs, handler runs, faults and a verdict over all of them', async () => {
    const { verdict, history } = await simulateSeed(stage, 13);
    expect(verdict.looked.jobs).toBeGreaterThan(3);
    expect(verdict.looked.runs).toBeGreaterThan(3);
    expect(history.changes.length).toBeGreaterThan(20);
    expect(isClean(verdict)).toBe(true);
  }, 120_000);
});

describe('what is broken on purpose is noticed:', () => {
  it.each(BREAKS)(
    '$name',
    async ({ mangle }) => {
      let failed: number | undefined;
      for (let seed = 1_001; seed < 1_001 + ENOUGH_SEEDS && failed === undefined; seed += 1) {
        if ((await judgeSeed(stage, seed, { mangle })).failed) failed = seed;
      }
      expect(failed).toBeDefined();
    },
    900_000,
  );
});

/** With what the triggers saw: their record is read after the last step. */
function traceOf({ digest, history, steps }: Awaited<ReturnType<typeof simulateSeed>>): string {
  const changes = history.changes.map(({ tookMs: _, ...change }) => change);
  return JSON.stringify([digest, steps, changes, history.sink, history.operations, history.final]);
}
