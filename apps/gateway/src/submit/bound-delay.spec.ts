import { expect, it } from 'vitest';
import { DelayBound } from './bound-delay.js';

it('takes a burst whole while answers are quick', () => {
  const bound = new DelayBound(5_000, 500);
  for (let underWay = 0; underWay < 5_000; underWay += 1) expect(bound.admits(underWay, 0)).toBe(true);
  expect(bound.admits(5_000, 0)).toBe(false);
});

it('lets in what is answered in half a second, once answers take longer', () => {
  const bound = new DelayBound(5_000, 500);
  bound.answered(100, 900, 0, 2_000);
  expect(bound.admits(249, 2_001)).toBe(true);
  expect(bound.admits(250, 2_001)).toBe(false);
});

it('shrinks once for what came before it had shrunk', () => {
  const bound = new DelayBound(5_000, 500);
  for (let n = 0; n < 8; n += 1) bound.answered(100, 900, n, 2_000 + n);
  expect(bound.admits(249, 2_010)).toBe(true);
});

it('never shrinks to a standstill', () => {
  const bound = new DelayBound(5_000, 500);
  for (let n = 1; n <= 20; n += 1) bound.answered(1, 0, n * 2_000, (n + 1) * 2_000);
  expect(bound.admits(15, 42_000)).toBe(true);
  expect(bound.admits(16, 42_000)).toBe(false);
});

it('grows by half of what is answered in time, and opens wholly after a second without a refusal', () => {
  const bound = new DelayBound(5_000, 500);
  bound.answered(100, 900, 0, 2_000);
  bound.answered(250, 0, 2_000, 2_100);
  expect(bound.admits(374, 2_101)).toBe(true);
  expect(bound.admits(375, 2_101)).toBe(false);
  expect(bound.admits(4_999, 3_200)).toBe(true);
});

it('holds under lasting overload: core does 100 a second, 300 come, and nobody who was let in waits over a second', () => {
  const bound = new DelayBound(5_000, 500);
  const queue: number[] = [];
  let worstMs = 0;
  let accepted = 0;
  for (let nowMs = 0; nowMs < 60_000; nowMs += 1) {
    if (nowMs % 10 < 3 && bound.admits(queue.length, nowMs)) queue.push(nowMs);
    if (nowMs % 10 === 9) {
      const sinceMs = queue.shift();
      if (sinceMs === undefined) continue;
      accepted += 1;
      if (nowMs > 5_000) worstMs = Math.max(worstMs, nowMs - sinceMs);
      bound.answered(1, queue.length, sinceMs, nowMs);
    }
  }
  expect(worstMs).toBeLessThan(1_000);
  expect(accepted).toBeGreaterThan(5_500);
});
