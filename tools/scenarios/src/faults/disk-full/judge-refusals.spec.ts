import { describe, expect, it } from 'vitest';
import { goalsOfRefusals, judgeRefusals } from './judge-refusals.js';

const accepted = { outcome: 'ok', status: 202, retryAfter: false } as const;
const refused = { outcome: 'fail', status: 503, retryAfter: true } as const;
const held = (...submissions: Parameters<typeof judgeRefusals>[0]) =>
  goalsOfRefusals('x', judgeRefusals(submissions)).map((goal) => goal.held);

describe('how a gateway refuses while a disk is full', () => {
  it('is right with 503 and Retry-After, also where the outcome is unknown', () => {
    expect(held(accepted, refused, { ...refused, outcome: 'unknown' })).toEqual([true, true]);
  });

  it('is wrong where nothing was refused', () => {
    expect(held(accepted)).toEqual([false, true]);
  });

  it.each([
    ['a 503 without Retry-After', { ...refused, retryAfter: false }],
    ['another error', { outcome: 'unknown', status: 500, retryAfter: false } as const],
    ['no answer', { outcome: 'unknown', retryAfter: false } as const],
  ])('is wrong with %s', (_, wrong) => {
    expect(held(refused, wrong)).toEqual([true, false]);
  });
});
