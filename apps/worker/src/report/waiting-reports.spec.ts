import { randomUUID } from 'node:crypto';
import type { AttemptReport } from '@windlass/contracts';
import { describe, expect, it } from 'vitest';
import type { HeldAttempt } from '../execute/held-attempts.js';
import { takeBatch, waitingReport } from './waiting-reports.js';

const report = (more: Partial<AttemptReport> = {}): AttemptReport => ({
  ...{ jobId: randomUUID(), run: 1, epoch: 1, token: randomUUID(), outcome: 'succeeded', result: '1', durationMs: 1 },
  ...more,
});
const waiting = (more?: Partial<AttemptReport>) => waitingReport({} as HeldAttempt, report(more));
const sizes = (list: ReturnType<typeof waiting>[]) => {
  const found: number[] = [];
  while (list.length > 0) found.push(takeBatch(list).length);
  return found;
};

describe('batches of reports', () => {
  it('have at most 500 items', () => {
    expect(sizes(Array.from({ length: 1_100 }, () => waiting()))).toEqual([500, 500, 100]);
  });
  it('have at most a mebibyte, but a larger one still goes, alone', () => {
    const half = 'x'.repeat(400_000);
    expect(sizes([half, half, half, 'x'.repeat(3_000_000), '1'].map((result) => waiting({ result })))).toEqual([
      2, 1, 1, 1,
    ]);
  });
  it('name a job once, since answers name jobs', () => {
    const jobId = randomUUID();
    expect(sizes([waiting({ jobId, epoch: 1 }), waiting(), waiting({ jobId, epoch: 2 })])).toEqual([2, 1]);
  });
  it('keep one that spoilt a batch away from the others', () => {
    const alone = { ...waiting(), alone: true };
    expect(sizes([waiting(), alone, waiting(), waiting()])).toEqual([1, 1, 2]);
  });
});
