import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { patchFiles } from './copy/patch-files.js';
import { LEFT_OUT } from './list/left-out.js';
import type { Breaks } from './mutant.js';
import { MUTANTS } from './mutants.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PROMISED: Breaks[] = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'];
const LINES = Array.from({ length: 12 }, (_, at) => `checklist ${at + 1}` as Breaks);

describe('the mutants', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s fits the source of today', (_, { edits }) => {
    // Only what they touch, in a place of its own.
    const copy = mkdtempSync(join(tmpdir(), 'windlass-mutant-'));
    try {
      for (const { file } of edits) {
        mkdirSync(dirname(join(copy, file)), { recursive: true });
        writeFileSync(join(copy, file), readFileSync(join(ROOT, file)));
      }
      const revert = patchFiles(copy, edits);
      for (const { file } of edits) {
        expect(readFileSync(join(copy, file), 'utf8')).not.toBe(readFileSync(join(ROOT, file), 'utf8'));
      }
      revert();
      for (const { file } of edits) {
        expect(readFileSync(join(copy, file), 'utf8')).toBe(readFileSync(join(ROOT, file), 'utf8'));
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it('have names of their own, patch the product only, and are enough', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
    const files = MUTANTS.flatMap(({ edits }) => edits.map(({ file }) => file));
    expect(files.filter((file) => !/^(apps|libs)\/[^/]+\/src\/.+(?<!spec|fixture)\.ts$/.test(file))).toEqual([]);
    expect(MUTANTS.length).toBeGreaterThanOrEqual(24);
  });

  it.each([...PROMISED, ...LINES])('%s is broken by one, or has a reason why not', (each) => {
    const broken = MUTANTS.some(({ breaks }) => breaks.includes(each));
    expect(broken ? undefined : LEFT_OUT[each], broken ? 'has both' : 'has neither').toEqual(
      broken ? undefined : expect.any(String),
    );
    if (broken) expect(LEFT_OUT[each]).toBeUndefined();
  });

  it('a few of them are quick enough for every run of the checks', () => {
    const short = MUTANTS.filter((mutant) => mutant.short);
    expect(short.length).toBeGreaterThanOrEqual(2);
    expect(short.length).toBeLessThanOrEqual(3);
    expect(short.every(({ killer }) => killer.tool !== 'chaos')).toBe(true);
  });
});
