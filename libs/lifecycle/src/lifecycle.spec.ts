import { describe, expect, it } from 'vitest';
import { canMove, decideAttempt, isTerminal, MAX_RELEASES, retryDelayMs, STATES } from './index.js';

const backoff = { kind: 'exponential' as const, delayMs: 1000 };
const policy = { attempt: 1, maxAttempts: 3, backoff, retryTimeout: false, releases: 0 };

describe('states', () => {
  it('a finished run is left by a replay only', () => {
    for (const from of STATES.filter(isTerminal)) {
      expect(STATES.filter((to) => canMove(from, to))).toEqual(['scheduled', 'queued']);
    }
  });
  it('every state can be reached from queued or leads to it', () => {
    for (const state of STATES) {
      expect(STATES.some((other) => canMove(other, state)) || state === 'blocked').toBe(true);
    }
  });
  it('a job never starts without being queued', () => {
    expect(STATES.filter((from) => canMove(from, 'running'))).toEqual(['queued']);
  });
});

describe('retryDelayMs', () => {
  it('doubles up to the cap and stays finite for any attempt', () => {
    const backoff = { kind: 'exponential' as const, delayMs: 100, maxDelayMs: 1000 };
    expect([1, 2, 3, 4, 5, 1000].map((n) => retryDelayMs(backoff, n, 0))).toEqual([100, 200, 400, 800, 1000, 1000]);
  });
  it('a list gives each retry its own delay, and the last one to all further ones', () => {
    const backoff = { kind: 'list' as const, delaysMs: [10, 20, 500] };
    expect([1, 2, 3, 4, 99].map((n) => retryDelayMs(backoff, n, 0))).toEqual([10, 20, 500, 500, 500]);
  });
  it('jitter moves the delay only downwards, by its share', () => {
    const backoff = { kind: 'fixed' as const, delayMs: 1000, jitter: 0.5 };
    expect(retryDelayMs(backoff, 1, 0)).toBe(500);
    expect(retryDelayMs(backoff, 1, 0.999999)).toBe(1000);
  });
});

describe('decideAttempt', () => {
  it('a handler that cancels its job ends the run, whatever attempts are left', () => {
    expect(decideAttempt(policy, { outcome: 'cancelled' }, 0)).toEqual({ state: 'cancelled' });
  });
  it('a handler error is retried until the attempts are used up', () => {
    expect(decideAttempt(policy, { outcome: 'failed' }, 0).state).toBe('scheduled');
    expect(decideAttempt({ ...policy, attempt: 3 }, { outcome: 'failed' }, 0).state).toBe('failed');
  });
  it('a kill at the hard limit is final unless the type says otherwise', () => {
    expect(decideAttempt(policy, { outcome: 'timed-out' }, 0).state).toBe('failed');
    expect(decideAttempt({ ...policy, retryTimeout: true }, { outcome: 'timed-out' }, 0).state).toBe('scheduled');
  });
  it('the handler has the last word: never, or its own delay', () => {
    expect(decideAttempt(policy, { outcome: 'failed', retry: 'never' }, 0)).toEqual({ state: 'failed' });
    expect(decideAttempt(policy, { outcome: 'failed', retry: { delayMs: 7 } }, 0)).toEqual({
      state: 'scheduled',
      delayMs: 7,
    });
  });
  it('a drain never uses up the last attempt, but not for ever', () => {
    expect(decideAttempt({ ...policy, attempt: 3 }, { outcome: 'aborted' }, 0)).toEqual({
      state: 'scheduled',
      delayMs: 0,
    });
    expect(decideAttempt({ ...policy, releases: MAX_RELEASES }, { outcome: 'aborted' }, 0)).toEqual({
      state: 'failed',
    });
  });
  it('a lost attempt is repeated at once, within its bound', () => {
    expect(decideAttempt(policy, { outcome: 'lost' }, 0)).toEqual({ state: 'scheduled', delayMs: 0 });
    expect(decideAttempt({ ...policy, attempt: 3 }, { outcome: 'lost' }, 0)).toEqual({ state: 'failed' });
  });
});
