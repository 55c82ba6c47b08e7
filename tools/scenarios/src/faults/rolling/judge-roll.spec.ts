import { describe, expect, it } from 'vitest';
import { describeFailures, endGoal, judgeRoll } from './judge-roll.js';

const ok = { outcome: 'ok', fromMs: 5, toMs: 12 } as const;

describe('what a rolling restart has cost', () => {
  it('is nothing where every submission was accepted and every job needed one attempt', () => {
    expect(judgeRoll([ok, ok], [{ attempt: 1 }, { attempt: 1 }])).toEqual({
      accepted: 2,
      failed: 0,
      burned: 0,
      slowestMs: 7,
    });
  });

  it('is each submission that nobody took, and each further attempt', () => {
    const told = [ok, { ...ok, outcome: 'fail' }, { ...ok, outcome: 'unknown', toMs: 35 }] as const;
    expect(judgeRoll(told, [{ attempt: 3 }, { attempt: 1 }])).toEqual({
      accepted: 1,
      failed: 2,
      burned: 2,
      slowestMs: 30,
    });
  });

  it('tells when each failure was and what the answer said', () => {
    const times = { key: 'k', op: 'submit', fromMs: 0, toMs: 12, retryAfter: true, refused: false } as const;
    const told = [
      { ...times, outcome: 'ok', status: 202 },
      { ...times, outcome: 'unknown', status: 503, code: 'rpc.no-answer' },
      { ...times, outcome: 'unknown' },
    ] as const;
    expect(describeFailures(told)).toEqual([
      '00:00:00.000, 12 ms: 503 rpc.no-answer',
      '00:00:00.000, 12 ms: 0 no answer',
    ]);
  });

  it('is an instance that does not end in order, though no client noticed', () => {
    expect(endGoal([]).held).toBe(true);
    expect(endGoal([{ name: 'worker-1', how: 'exit 1 after SIGTERM', output: '' }]).held).toBe(false);
  });
});
