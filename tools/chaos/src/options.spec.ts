import { describe, expect, it } from 'vitest';
import { FAULTS } from './faults/index.js';
import { readOptions, usage } from './options.js';

describe('the command line of chaos', () => {
  it('has defaults, and a seed of its own that is told', () => {
    expect(readOptions([])).toMatchObject({
      mode: 'rounds',
      rounds: 3,
      from: 1,
      jobs: 200,
      leaseMs: 3_000,
      only: [],
      json: false,
    });
    expect(readOptions(['--seed', '7', '--from', '12'])).toMatchObject({ seed: 7, from: 12 });
  });

  it.each([
    [['--rounds', '0'], '--rounds'],
    [['--from', '0'], '--from'],
    [['--scenario', 'all', '--from', '2'], '--from'],
    [['--jobs', '1e3'], '--jobs'],
    [['--seed', '-1'], '--seed'],
    [['--only', 'kill-everything'], 'kill-everything'],
    [['--scenario', 'no-such'], 'no-such'],
    [['--scenario', 'all', '--jobs', '5'], '--jobs'],
    [['--short'], '--short'],
    [['--frobnicate'], '--frobnicate'],
  ])('refuses %j', (args, named) => {
    expect(() => readOptions(args)).toThrow(named);
  });

  it('explains every fault, each under a name of its own', () => {
    expect(readOptions(['--help'])).toEqual({ mode: 'help' });
    for (const { name, about } of FAULTS) expect(usage()).toMatch(new RegExp(`^  ${name} +${about}`, 'm'));
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });
});
