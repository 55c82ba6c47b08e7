import { expect, it } from 'vitest';
import { LatencyHistogram } from './latency-histogram.js';
import { quantile } from './statistics.js';

it('agrees with the values themselves to a tenth of a millisecond', () => {
  const histogram = new LatencyHistogram();
  const values = Array.from({ length: 1_000 }, (_, n) => ((n * 7_919) % 1_000) / 3);
  for (const value of values) histogram.add(value);
  for (const q of [0.01, 0.5, 0.99, 1]) {
    expect(Math.abs(histogram.quantile(q)! - quantile(values, q)!)).toBeLessThan(0.101);
  }
  expect(histogram.summary()).toMatchObject({ n: 1_000, maxMs: 333 });
});

it('what takes longer than a minute is not lost', () => {
  const histogram = new LatencyHistogram();
  histogram.add(90_000);
  expect(histogram.summary()).toEqual({ n: 1, p50Ms: 90_000, p99Ms: 90_000, maxMs: 90_000 });
  expect(new LatencyHistogram().summary()).toEqual({ n: 0 });
});
