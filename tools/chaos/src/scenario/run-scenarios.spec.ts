import type { Scenario, ScenarioReport } from '@windlass/scenarios';
import { describe, expect, it } from 'vitest';
import type { ScenarioOptions } from '../options.js';
import { isProven, runScenarios } from './run-scenarios.js';

const passed: ScenarioReport = { name: 'good', passed: true, figures: {}, goals: [] };
const control = (failedAsItMust: boolean) => ({ text: 'without protection', failedAsItMust, figures: {} });

const scenario = (name: string, run: Scenario['run']): Scenario => ({ name, about: name, minutes: 1, run });
const KNOWN = [
  scenario('throws', () => Promise.reject(new Error('no disk'))),
  scenario('good', async ({ short, seed }) => ({ ...passed, figures: { short, seed } })),
];
const OPTIONS: ScenarioOptions = { mode: 'scenario', names: [], short: true, seed: 5, json: true, keep: '/nowhere' };
const run = (names: string[]) =>
  runScenarios({ ...OPTIONS, names }, () => undefined, new AbortController().signal, KNOWN);

describe('runScenarios', () => {
  it('runs those that were named, with what was asked for', async () => {
    expect(await run(['good'])).toEqual([{ ...passed, figures: { short: true, seed: 5 } }]);
  });

  it('counts one that throws as failed, and still runs the next', async () => {
    const reports = await run(['throws', 'good']);
    expect(reports.map(({ name, passed }) => [name, passed])).toEqual([
      ['throws', false],
      ['good', true],
    ]);
    expect(String(reports[0]!.figures.brokeOff)).toContain('no disk');
  });
});

describe('isProven', () => {
  it('wants the control to have failed, where there is one', () => {
    expect(isProven(passed)).toBe(true);
    expect(isProven({ ...passed, control: control(true) })).toBe(true);
    expect(isProven({ ...passed, control: control(false) })).toBe(false);
    expect(isProven({ ...passed, passed: false, control: control(true) })).toBe(false);
  });
});
