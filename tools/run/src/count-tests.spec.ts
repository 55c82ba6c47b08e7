import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
// @ts-expect-error plain JavaScript: it runs before anything is compiled
import CountTests from './count-tests.mjs';
// @ts-expect-error the same
import { summarise } from './run-tests.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windlass-counts-'));
  vi.stubEnv('WINDLASS_TEST_COUNTS', join(folder, 'counts.json'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const module = (state: string, results: { state: string; note?: string }[]) => ({
  ...{ relativeModuleId: 'a.spec.ts', moduleId: '/a.spec.ts', state: () => state },
  children: { allTests: () => results.map((result, at) => ({ fullName: `test ${at}`, result: () => result })) },
});

function count(
  modules: unknown[],
  unhandled: unknown[] = [],
): { passed: number; failed: number; skipped: { why?: string }[] } {
  new CountTests().onTestRunEnd(modules, unhandled);
  return JSON.parse(readFileSync(join(folder, 'counts.json'), 'utf8'));
}

describe('the last line of npm test', () => {
  it('counts what passed and what failed', () => {
    const counts = count([
      module('failed', [{ state: 'passed' }, { state: 'failed' }]),
      module('passed', [{ state: 'passed' }]),
    ]);
    expect(summarise(counts, 1).line).toBe('2 passed, 1 failed');
  });

  it('counts a file that could not be loaded, and an error outside of any test', () => {
    expect(summarise(count([module('failed', []), module('passed', [{ state: 'passed' }])], [{}]), 1).line).toBe(
      '1 passed, 2 failed',
    );
  });

  it('counts tests that a failed hook kept from running', () => {
    expect(summarise(count([module('failed', [{ state: 'skipped' }, { state: 'pending' }])]), 1).line).toBe(
      '0 passed, 2 failed',
    );
  });

  it('takes a skipped test for failed unless it says why', () => {
    const counts = count([module('passed', [{ state: 'skipped' }, { state: 'skipped', note: 'no docker here' }])]);
    expect(summarise(counts, 0)).toMatchObject({ line: '0 passed, 1 failed, 1 skipped', exitCode: 1 });
  });

  it('never passes when vitest itself failed or nothing ran', () => {
    expect(summarise({ passed: 3, failed: 0, skipped: [] }, 1)).toMatchObject({
      line: '3 passed, 1 failed',
      exitCode: 1,
    });
    expect(summarise({ passed: 0, failed: 0, skipped: [] }, 0).exitCode).toBe(1);
    expect(summarise({ passed: 3, failed: 0, skipped: [] }, 0)).toMatchObject({
      line: '3 passed, 0 failed',
      exitCode: 0,
    });
  });
});
