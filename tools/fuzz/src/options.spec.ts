import { expect, it } from 'vitest';
import { CLASSES } from './classes/classes.js';
import { CLASS_NAMES } from './classes/fuzz-class.js';
import { readOptions } from './options.js';

it('runs every class with a hundred cases unless told', () => {
  expect(readOptions([])).toMatchObject({ cases: 100, only: [...CLASS_NAMES], json: false });
  expect(Object.keys(CLASSES).sort()).toEqual([...CLASS_NAMES].sort());
});

it('takes some classes, in their order, and a seed', () => {
  expect(readOptions(['--', '--only', 'jwt,openapi', '--seed', '7', '--cases', '1000', '--json'])).toEqual({
    cases: 1_000,
    only: ['openapi', 'jwt'],
    seed: 7,
    json: true,
  });
});

it.each([
  ['--only', 'jwts'],
  ['--only', ''],
  ['--cases', '0'],
  ['--cases', '1e3'],
  ['--seed', '-1'],
  ['--sed', '1'],
])('%s %s is refused', (name, value) => {
  expect(() => readOptions([`${name}=${value}`])).toThrow(name);
});
