import { expect, it } from 'vitest';
import { textOf } from './text-of.js';

const REPORT = { name: 'x', passed: false, figures: {}, goals: [{ text: 'all is well', held: true }] };

it('says that a scenario was skipped, and why', () => {
  expect(textOf({ ...REPORT, skipped: 'no cgroup' })).toMatch(/^x: NOT PASSED, skipped: no cgroup\n/);
});

it('says that it failed when it did, whatever was skipped', () => {
  const goals = [{ text: 'all is well', held: false }];
  expect(textOf({ ...REPORT, goals, skipped: 'no cgroup' })).toMatch(/^x: FAILED\nMISSED all is well/);
  expect(textOf(REPORT)).toMatch(/^x: FAILED/);
  expect(textOf({ ...REPORT, passed: true })).toMatch(/^x: passed/);
});
