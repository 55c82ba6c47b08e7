import { describe, expect, it } from 'vitest';
import { reportOf } from './report-of.js';

const goal = { text: 'all is well', held: true };
const control = { text: 'the same without protection', failedAsItMust: true, figures: {} };
const passed = (report: Partial<Parameters<typeof reportOf>[0]>, part?: Parameters<typeof reportOf>[1]) =>
  reportOf({ name: 'x', figures: {}, goals: [goal], ...report }, part).passed;

describe('a report', () => {
  it('has passed when every goal was held and the control has failed', () => {
    expect(passed({ control })).toBe(true);
    expect(passed({})).toBe(true);
    expect(passed({ control, goals: [goal, { ...goal, held: false }] })).toBe(false);
    expect(passed({ control: { ...control, failedAsItMust: false } })).toBe(false);
  });

  it('has not passed when nothing was looked at, though its control failed', () => {
    expect(passed({ goals: [] })).toBe(false);
    expect(passed({ goals: [], control })).toBe(false);
    expect(passed({ goals: [], control }, 'proof')).toBe(false);
  });

  it('has passed by its control alone where nothing else was asked for', () => {
    expect(passed({ goals: [], control }, 'control')).toBe(true);
    expect(passed({ goals: [], control: { ...control, failedAsItMust: false } }, 'control')).toBe(false);
    expect(passed({ goals: [] }, 'control')).toBe(false);
  });

  it('has not passed when a part of it was skipped', () => {
    expect(passed({ control, skipped: 'no right to' })).toBe(false);
  });
});
