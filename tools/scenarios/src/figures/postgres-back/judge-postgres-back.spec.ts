import { expect, it } from 'vitest';
import { judgePostgresBack } from './judge-postgres-back.js';
import type { Outage } from './take-away.js';

const OUTAGE: Outage = {
  ...{ kind: 'killed', awayMs: 60_000, running: 100, acceptedMs: 900, acceptedMeanwhile: 0, dishonest: 0 },
  ...{ extraRuns: 0, extraClaims: 0, unsuccessful: 0 },
};
const { acceptedMs: _, ...NEVER } = OUTAGE;
const missed = (...outages: Outage[]) =>
  judgePostgresBack(outages)
    .goals.filter(({ held }) => !held)
    .map(({ text }) => text)
    .join();

it('a job accepted within 10 s and none that ran again reach the goals', () => {
  expect(missed(OUTAGE, { ...OUTAGE, kind: 'paused', acceptedMs: 9_999 })).toBe('');
  expect(judgePostgresBack([OUTAGE]).figures).toMatchObject({ acceptMaxMs: 900, 'killed: acceptedMs': 900 });
});

it.each<[string, Outage, string]>([
  ['one accepted late', { ...OUTAGE, acceptedMs: 10_001 }, 'within 10 s'],
  ['none accepted', NEVER, 'within 10 s'],
  ['a job that ran again', { ...OUTAGE, extraRuns: 1 }, 'ran again'],
  ['a job that was claimed again', { ...OUTAGE, extraClaims: 1 }, 'ran again'],
  ['no job that ran', { ...OUTAGE, running: 0 }, 'ran again'],
  ['one that failed', { ...OUTAGE, unsuccessful: 1 }, 'succeeded'],
  ['an outage in which jobs are accepted', { ...OUTAGE, acceptedMeanwhile: 1 }, 'while it was away'],
  ['a refusal of another kind', { ...OUTAGE, dishonest: 1 }, '503'],
])('%s misses them', (__, outage, text) => {
  expect(missed(OUTAGE, outage)).toContain(text);
});
