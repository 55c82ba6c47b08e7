import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

describe('the options of the model', () => {
  it('plays a million lives in two threads unless told otherwise', () => {
    expect(readOptions([])).toMatchObject({ sequences: 1_000_000, workers: 2, json: false });
    expect(readOptions(['--seed', '5', '--path', '1:0@A'])).toMatchObject({ seed: 5, path: '1:0@A', workers: 1 });
  });
  it.each([['--sequences', '0'], ['--sequences', 'many'], ['--workers', '17'], ['--path', '1'], ['--what']])(
    'refuses %s %s',
    (...args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );
});
