import { describe, expect, it } from 'vitest';
import { readOptions } from './options.js';

describe('the command line of the simulation', () => {
  it('runs 2,000 seeds in two processes unless told otherwise', () => {
    expect(readOptions([])).toEqual({ seeds: 2_000, from: 1, jobs: 2, trace: false, json: false });
    expect(readOptions(['--', '--seeds', '10', '--from', '7', '--json'])).toMatchObject({
      seeds: 10,
      from: 7,
      json: true,
    });
  });

  it('replays one seed, with its steps if asked for', () => {
    expect(readOptions(['--seed', '42', '--trace', '--keep', 'out'])).toMatchObject({
      seed: 42,
      trace: true,
      keep: 'out',
    });
    expect(readOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--seed', 'x'], /--seed: "x" is not a whole number/],
    [['--seeds', '0'], /--seeds: "0" is not a whole number from 1/],
    [['--seed', '1', '--seeds', '2'], /--seed replays one seed/],
    [['--trace'], /--trace needs --seed/],
    [['--sede', '1'], /--sede/],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
