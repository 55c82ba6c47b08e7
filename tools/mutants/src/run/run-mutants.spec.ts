import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyTree } from '../copy/copy-tree.js';
import { MODEL } from '../list/killers.js';
import type { Mutant } from '../mutant.js';
import { runInCopy } from './run-mutants.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FILE = 'libs/lifecycle/src/decide-attempt.ts';
/** A copy of the tree and some builds. */
const LONG_MS = 240_000;

const mutant = (name: string, find: string, replace: string, killer = MODEL): Mutant => ({
  name,
  breaks: ['P3'],
  edits: [{ file: FILE, find, replace }],
  killer,
});
const run = (...mutants: Mutant[]) => runInCopy(copy, mutants, () => undefined);
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'windlass-mutants-'));
  copyTree(ROOT, copy);
}, LONG_MS);
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('running mutants', () => {
  it('runs the copy that was changed: what breaks is caught, what does not escapes, and the tree is untouched', {
    timeout: LONG_MS,
  }, async () => {
    const textOf = (root: string) => readFileSync(join(root, FILE), 'utf8');
    const before = textOf(ROOT);
    const report = await run(
      mutant('broken', 'job.attempt >= job.maxAttempts', 'job.attempt > job.maxAttempts'),
      mutant('harmless', 'job.attempt >= job.maxAttempts', 'job.attempt > job.maxAttempts - 1'),
    );
    expect(report).toMatchObject({ total: 2, caught: 1, escaped: ['harmless'] });
    expect(report.mutants[0]).toMatchObject({
      name: 'broken',
      how: 'judged',
      killer: 'model --sequences 20000 --seed 1',
    });
    expect(report.mutants[0]?.said).toContain('leads elsewhere');
    expect(report.mutants[1]).toMatchObject({ how: 'passed' });
    expect([textOf(ROOT), textOf(copy)]).toEqual([before, before]);
  });

  it('says so when a mutant no longer fits, or does not compile', { timeout: LONG_MS }, async () => {
    await expect(run(mutant('stale', 'no such text', ''))).rejects.toThrow(
      `${FILE}: the text to replace occurs 0 times`,
    );
    await expect(run(mutant('typo', 'job.attempt >= job.maxAttempts', 'job.attempts'))).rejects.toThrow(
      'typo does not compile',
    );
  });

  it('refuses a killer that fails on the code as it is', { timeout: LONG_MS }, async () => {
    const blind = { ...MODEL, tries: [['--sequences', 'none', '--json']] };
    const text = 'job.attempt >= job.maxAttempts';
    await expect(run(mutant('any', text, text, blind))).rejects.toThrow('on the code as it is: crashed');
  });
});
