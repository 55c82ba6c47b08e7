import { expect, it } from 'vitest';
import { growthsOf, judgeOverload, suffers } from './judge-overload.js';
import type { OfferReport } from './offer-order.js';
import type { OverloadMeasure } from './run-overload.js';

const OFFER: OfferReport = {
  ...{
    seconds: 10,
    due: 3_000,
    unsent: 0,
    accepted: 850,
    refused: 2_150,
    dishonest: 0,
    broken: 0,
    unanswered: 0,
    troubles: [],
  },
  ...{ refusedBy: { 503: 2_150 }, refusedFor: { 'http.overloaded': 2_150 } },
  acceptedLatency: { n: 850, p50Ms: 300, p99Ms: 900, maxMs: 1_000 },
  refusedLatency: { n: 2_150, p50Ms: 5, p99Ms: 60, maxMs: 200 },
  lag: { n: 2_000, p50Ms: 0.1, p99Ms: 2, maxMs: 9 },
};
const rises = (mbPerS: number) =>
  Array.from({ length: 101 }, (_, n) => ({ atS: n * 6, rss: { 'gateway-1': 150 + (n % 7) + mbPerS * n * 6 } }));
const measureOf = (change: Partial<OverloadMeasure> = {}): OverloadMeasure => ({
  factor: 3,
  peak: { ...OFFER, due: 1_000, accepted: 1_000, refused: 0 },
  ...{
    peakConnections: 128,
    overload: OFFER,
    peakFinishedPerSecond: 100,
    overloadFinishedPerSecond: 84,
    memory: rises(0),
  },
  ...{ ends: { missing: 0, double: 0, succeeded: 1_850 }, unfinished: 0, ended: [] },
  ...change,
});
const missed = (change: Partial<OverloadMeasure> = {}) =>
  judgeOverload(measureOf(change))
    .goals.filter(({ held }) => !held)
    .map(({ text }) => text)
    .join();

it('goodput near the peak and quick refusals reach the goals', () => {
  expect(missed()).toBe('');
  expect(judgeOverload(measureOf()).figures).toMatchObject({
    ...{ goodputShare: 0.85, peakAcceptedPerSecond: 100, offeredPerSecond: 300, refused503: 2_150, refusalP99Ms: 60 },
  });
});

it.each<[string, Partial<OverloadMeasure>, string]>([
  ['goodput that breaks down', { overload: { ...OFFER, accepted: 790 } }, 'goodput'],
  ['a peak of nothing', { peak: { ...OFFER, accepted: 0 } }, 'goodput'],
  ['refusals that take long', { overload: { ...OFFER, refusedLatency: { n: 1, p99Ms: 101 } } }, 'refusal'],
  ['no refusal at all, as it was no overload', { overload: { ...OFFER, refusedLatency: { n: 0 } } }, 'refusal'],
  ['acceptances that take long', { overload: { ...OFFER, acceptedLatency: { n: 1, p99Ms: 2_001 } } }, 'acceptance'],
  ['another answer', { overload: { ...OFFER, dishonest: 1 } }, 'every answer'],
  ['a connection that breaks', { overload: { ...OFFER, broken: 1 } }, 'every answer'],
  ['a connection that never answers', { overload: { ...OFFER, unanswered: 1 } }, 'without an answer'],
  ['a load that was not sent', { overload: { ...OFFER, unsent: 101 } }, '2.9 times the peak'],
  ['a load that was not due', { overload: { ...OFFER, due: 2_899 } }, '2.9 times the peak'],
  ['a load below the factor of the run', { factor: 4 }, '3.9 times the peak'],
  ['memory that grows', { memory: rises(0.2) }, 'memory'],
  ['memory that nobody looked at', { memory: [] }, 'memory'],
  ['a process that ended', { ended: ['gateway-1'] }, 'process ended'],
  ['a lost job', { ends: { missing: 1, double: 0, succeeded: 1_849 } }, 'succeeded'],
  ['a job that is still there', { unfinished: 1 }, 'succeeded'],
])('%s misses them', (_, change, text) => {
  expect(missed(change)).toContain(text);
});

it('growth is told by process', () => {
  expect(growthsOf(rises(0.2))).toMatchObject([{ process: 'gateway-1', flat: false }]);
  expect(growthsOf(rises(0))).toMatchObject([{ process: 'gateway-1', flat: true }]);
});

it('the control fails by what suffers, and not by refusing nothing', () => {
  const unbounded = { ...OFFER, accepted: 3_000, refused: 0, refusedLatency: { n: 0 } };
  expect(suffers(measureOf({ overload: unbounded }))).toBe(false);
  expect(suffers(measureOf({ overload: { ...unbounded, acceptedLatency: { n: 3_000, p99Ms: 9_000 } } }))).toBe(true);
  expect(suffers(measureOf({ overload: unbounded, memory: rises(0.2) }))).toBe(true);
  expect(suffers(measureOf({ overload: { ...unbounded, accepted: 300 } }))).toBe(true);
});
