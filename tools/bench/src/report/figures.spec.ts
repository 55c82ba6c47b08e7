import { describe, expect, it } from 'vitest';
import type { Turn } from '../measures/run-turn.js';
import { jobsPerSecond, medianRatio, pooledStoredMs, storedMs } from './figures.js';
import { GOALS, isReached } from './goals.js';
import { growthTable } from './growth-table.js';
import { median, quantile } from './statistics.js';
import { goalsTable, systemsTable } from './tables.js';

function turn(system: string, round: number, perSecond: number, stored: number[] = []): Turn {
  const run = { jobs: 100, cpuMicrosPerJob: undefined, residentMib: { worker: 50, http: 60 }, neighbourCores: 0 };
  return {
    ...{ round, system, latency: { storedMs: stored, answeredMs: [] } },
    endToEnd: [{ ...run, connections: 32, jobsPerSecond: perSecond }],
  };
}

const ROUNDS = [
  turn('windlass-app', 1, 100, [1, 2]),
  turn('bullmq-everysec', 1, 100, [1, 1]),
  // A machine that was three times slower in this round: the ratio does not notice.
  turn('windlass-app', 2, 60, [9]),
  turn('bullmq-everysec', 2, 30, [3]),
  turn('windlass-app', 3, 150, [2]),
  turn('bullmq-everysec', 3, 100, [2]),
];

describe('ratios', () => {
  it('are taken within each round, and their median is shown', () => {
    expect(medianRatio(ROUNDS, 'windlass-app', 'bullmq-everysec', jobsPerSecond(32))).toBe(1.5);
    expect(medianRatio(ROUNDS, 'windlass-app', 'bullmq-everysec', storedMs(0.5))).toBe(1);
  });

  it('are missing where the peer or the measure is', () => {
    expect(medianRatio(ROUNDS, 'windlass-app', 'graphile-worker', jobsPerSecond(32))).toBeUndefined();
    expect(medianRatio(ROUNDS, 'windlass-app', 'bullmq-everysec', jobsPerSecond(1))).toBeUndefined();
  });

  it('take the tail from all rounds together', () => {
    expect(pooledStoredMs(ROUNDS, 'windlass-app', 0.99)).toBe(9);
  });
});

describe('the table of goals', () => {
  it('shows a lost cell as well as a won one, and leaves out what was not measured', () => {
    expect(goalsTable(ROUNDS)).toMatch(/S1 .*≥ 1\.20 \| +1\.50 \| +won/);
    const slower = ROUNDS.map((each) => (each.system === 'windlass-app' ? turn('windlass-app', each.round, 10) : each));
    expect(goalsTable(slower)).toMatch(/S1 .*LOST/);
    expect(goalsTable(ROUNDS)).not.toMatch(/S3|S13/);
  });

  it('counts a bound that is just met as won', () => {
    const [least, most] = [GOALS.find(({ id }) => id === 'S1')!, GOALS.find(({ id }) => id === 'S4')!];
    expect([isReached(least, 1.2), isReached(least, 1.19), isReached(most, 0.8), isReached(most, 0.81)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

it('every system has a row, with dashes for what was not measured', () => {
  expect(systemsTable(ROUNDS)).toMatch(/windlass-app +\| +– \| +100 \| +– /);
});

it('the long queue is judged by the medians of what a caller waits for', () => {
  const times = (factor: number) =>
    Array.from({ length: 100 }, (_, at) => ({ submit: at, refill: at * factor, claim: at }));
  const table = growthTable({ queued: 50_000, packs: [{ size: 1, empty: times(1), full: times(2) }] });
  expect(table).toMatch(/submit, one job .*1\.00 \| +1\.00 \| +≤ 1\.30 \| +won/);
  expect(table).toMatch(/refill and claim, one job .*1\.50 \| +1\.50 \| +≤ 1\.30 \| +LOST/);
  expect(table).toMatch(/of it refill, one job .*2\.00 \| +2\.00 \| +\|/);
  expect(table).toContain('50,000 queued');
});

describe('statistics', () => {
  it('a quantile is one of the values, by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect([quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1), quantile([], 0.5)]).toEqual([
      50,
      99,
      100,
      undefined,
    ]);
  });

  it('the median of an even number is the mean of the middle two', () => {
    expect([median([4, 1, 3, 2]), median([3, 1, 2]), median([])]).toEqual([2.5, 2, undefined]);
  });
});
