import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BREAKS } from './breaks.fixture.js';
import type { SeedSeen, SeedsAsked } from './seeds-apart.fixture.js';

/** Compiled, whether this file is or not. */
const SCRIPT = fileURLToPath(new URL('../dist/seeds-apart.fixture.js', import.meta.url));
/** Of a break: so many seeds must not pass without it being noticed. */
const ENOUGH_SEEDS = 300;
const MAX_MS = 1_200_000;

async function simulate(asked: SeedsAsked): Promise<SeedSeen[]> {
  const ran = await promisify(execFile)(process.execPath, [SCRIPT, JSON.stringify(asked)], { timeout: MAX_MS });
  return JSON.parse(ran.stdout);
}

const seedsFrom = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);

describe('a seed', () => {
  it('is one order of all steps: in another process and after others it leaves the same trace and history', async () => {
    const seeds = [3, 11, 6];
    const [first, second] = await Promise.all([simulate({ seeds }), simulate({ seeds: [...seeds.toReversed(), 3] })]);
    const prints = new Map(first.map((each) => [each.seed, each.fingerprint]));
    expect(new Set(prints.values()).size).toBe(seeds.length);
    for (const { seed, fingerprint } of second) expect([seed, fingerprint]).toEqual([seed, prints.get(seed)]);
  }, 600_000);

  it('has jobs, handler runs and recorded changes, and keeps every promise', async () => {
    const seen = await simulate({ seeds: seedsFrom(20, 10) });
    // In a seed whose gateway is away nothing may come about.
    expect(seen.filter(({ looked }) => looked.jobs > 2 && looked.changes > 20).length).toBeGreaterThan(7);
    expect(seen.some(({ looked }) => looked.runs > 10 && looked.faults > 0)).toBe(true);
    expect(seen.filter(({ clean }) => !clean)).toEqual([]);
  }, 600_000);
});

describe('what is broken on purpose is noticed:', () => {
  it.each(BREAKS)(
    '$name',
    async ({ name }) => {
      const seen = await simulate({ seeds: seedsFrom(1_001, ENOUGH_SEEDS), broken: name });
      expect(seen.at(-1)?.clean).toBe(false);
    },
    MAX_MS,
  );
});
