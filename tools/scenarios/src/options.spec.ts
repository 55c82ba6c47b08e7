import { expect, it } from 'vitest';
import { readOptions, usage } from './options.js';
import type { Scenario } from './scenario.js';

const scenarios: Scenario[] = [
  { name: 'one', about: 'the first', minutes: 1, run: () => Promise.reject(new Error('not here')) },
];
const read = (...args: string[]) => readOptions(args, scenarios);

it('reads a scenario with its options, and takes defaults for the rest', () => {
  expect(read('one')).toMatchObject({ name: 'one', short: false, json: false, part: 'both', seed: 1 });
  expect(read('one', '--short', '--minutes', '3', '--out', 'a.jsonl', '--part', 'control')).toMatchObject({
    ...{ short: true, minutes: 3, out: 'a.jsonl', part: 'control' },
  });
  expect(read('--help')).toBe('help');
  expect(usage(scenarios)).toContain('the first');
});

it.each([
  [[], 'no scenario is named: one'],
  [['two'], '"two" is no scenario: one'],
  [['one', 'two'], 'one scenario at a time'],
  [['one', '--bogus'], 'bogus'],
  [['one', '--part', 'half'], 'is none of proof, control, both'],
  [['one', '--minutes', '0'], 'is not a whole number from 1'],
  [['one', '--seed', '1e3'], 'is not a whole number'],
])('refuses %j', (args, message) => {
  expect(() => read(...args)).toThrow(message);
});
