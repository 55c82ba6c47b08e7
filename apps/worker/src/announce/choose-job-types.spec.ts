import type { LoadedHandler } from '@windlass/handler-kit/runner';
import { ConfigFault } from '@windlass/service-kit';
import { describe, expect, it } from 'vitest';
import { chooseJobTypes } from './choose-job-types.js';
import { declareTypes, presenceOf } from './declare-types.js';
import { missingTools } from './find-tools.js';
import { matchesType } from './match-type.js';

const handler = (name: string, more: Partial<LoadedHandler['definition']> = {}): LoadedHandler => ({
  definition: { name, payload: {}, result: {}, run: () => 1, ...more },
  module: 'file:///none.mjs',
  exportIndex: 0,
});
const loaded = [
  handler('hash', { weight: 'tiny' }),
  handler('conversion.cad'),
  handler('conversion.pdf', { slots: 3, tools: ['windlass-no-such-program'] }),
  handler('report', { version: 1 }),
  handler('report', { version: 2, slots: 4 }),
];

function choose(patterns: string[], slots: string[] = []) {
  const warnings: string[] = [];
  const types = chooseJobTypes(loaded, {
    patterns,
    slots,
    searchPath: '/usr/bin:/bin',
    warn: (_, text) => warnings.push(text),
  });
  return { types, warnings, slots: Object.fromEntries(types.map((type) => [type.name, type.slots])) };
}

describe('the types that a worker offers', () => {
  it('are those that JOB_TYPES names, by name or pattern, with the slots of their definition', () => {
    expect(choose(['hash', 'conversion.*']).slots).toEqual({ hash: 64, 'conversion.cad': 1 });
    expect(choose(['*']).slots).toEqual({ hash: 64, 'conversion.cad': 1, report: 4 });
    expect(matchesType('conversion.*', 'conversionXcad')).toBe(false);
    expect(matchesType('hash', 'hash.more')).toBe(false);
  });

  it('leave out what lacks a program, with a warning that says so', () => {
    const { types, warnings } = choose(['conversion.pdf', 'hash']);
    expect(types.map((type) => type.name)).toEqual(['hash']);
    expect(warnings).toEqual(['conversion.pdf is not offered: windlass-no-such-program not on PATH']);
    expect(missingTools(['sh'], '/nowhere:/bin')).toEqual([]);
  });

  it('have the slots of SLOTS instead, and 0 turns one off', () => {
    expect(choose(['*'], ['hash=0', 'conversion.cad=2']).slots).toEqual({ 'conversion.cad': 2, report: 4 });
  });

  it('all versions of a type share its slots, which core counts once', () => {
    const { types } = choose(['report']);
    expect(declareTypes(types).map(({ name, version }) => [name, version])).toEqual([
      ['report', 1],
      ['report', 2],
    ]);
    expect(presenceOf('report', [1, 2], 4, 3)).toMatchObject([
      { slots: 4, busy: 3 },
      { slots: 0, busy: 0 },
    ]);
  });

  it('an unknown type in SLOTS or JOB_TYPES is a configuration fault, all of them in one', () => {
    let thrown: unknown;
    try {
      choose(['hsah', 'convert.*', 'hash'], ['hasch=3']);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigFault);
    const { faults } = thrown as ConfigFault;
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).toMatch(
      /JOB_TYPES: "hsah".*\n.*"convert\.\*".*\nSLOTS: "hasch".*Known types: hash, conversion\.cad/,
    );
  });
});
