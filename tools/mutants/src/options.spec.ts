import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.js';
import { readOptions } from './options.js';

const chosen = (...args: string[]) => {
  const options = readOptions(args);
  return options === 'help' ? [] : options.mutants.map(({ name }) => name);
};

describe('the options of the mutants', () => {
  it('choose all, a few, some by name, or all of a killer', () => {
    expect(chosen()).toHaveLength(MUTANTS.length);
    expect(chosen('--short')).toEqual(MUTANTS.filter(({ short }) => short).map(({ name }) => name));
    expect(chosen('--only', 'retry-after-never, one-attempt-too-many')).toEqual([
      'one-attempt-too-many',
      'retry-after-never',
    ]);
    expect(chosen('--only', 'model')).toEqual(
      MUTANTS.filter(({ killer }) => killer.tool === 'model').map(({ name }) => name),
    );
  });
  it.each([[['--only', 'nobody']], [['--only', '']], [['--only', 'model', '--short']], [['--what']]])(
    'refuse %s',
    (args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );
});
