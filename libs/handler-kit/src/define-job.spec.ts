import { describe, expect, it } from 'vitest';
import { checkDefinition } from './check-definition.js';
import { defineJob, type JobDefinition } from './define-job.js';
import { withDefaults } from './resolve-definition.js';

const sound: JobDefinition = { name: 'report.pdf', payload: { type: 'object' }, result: {}, run: () => 1 };
const faultsOf = (change: Record<string, unknown>) => {
  try {
    checkDefinition({ ...sound, ...change });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('defineJob', () => {
  it('answers a frozen copy with nothing filled in, and leaves the original as it was', () => {
    const own = { ...sound, payload: { properties: { a: {} } } };
    const defined = defineJob(own);
    expect(Object.keys(defined)).toEqual(['name', 'payload', 'result', 'run']);
    expect(Object.isFrozen(defined)).toBe(true);
    expect(Object.isFrozen((defined.payload.properties as { a: object }).a)).toBe(true);
    expect(Object.isFrozen(own.payload)).toBe(false);
  });

  it.each([
    [{ name: 'Report' }, 'name must'],
    [{ name: 'report..pdf' }, 'name must'],
    [{ name: 'a'.repeat(101) }, 'name must'],
    [{ name: 7 }, 'name must'],
    [{ version: 0 }, 'version must'],
    [{ payload: undefined }, 'payload must be a JSON Schema'],
    [{ result: true }, 'result must be a JSON Schema'],
    [{ result: { check: () => true } }, 'result must be plain JSON'],
    [{ run: 'x' }, 'run must be a function'],
    [{ limits: { softMs: 1_000, hardMs: 1_000 } }, 'limits.softMs (1000) must be below limits.hardMs (1000)'],
    [{ limits: { softMs: 2_400_000 } }, 'below limits.hardMs (1800000, its default)'],
    [{ limits: { hardMs: 0.5 } }, 'limits.hardMs must'],
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts must'],
    [{ retry: { backoff: { kind: 'linear', delayMs: -1, jitter: 2 } } }, 'retry.backoff.kind'],
    [{ retry: { maxAttempts: 101 } }, 'from 1 to 100'],
    [{ retry: { backoff: { kind: 'fixed', delayMs: 86_400_001 } } }, 'retry.backoff.delayMs must'],
    [{ retry: { backoff: { kind: 'list' } } }, 'retry.backoff.delaysMs must'],
    [{ retry: { backoff: { kind: 'list', delaysMs: [] } } }, 'retry.backoff.delaysMs must'],
    [{ retry: { backoff: { kind: 'list', delaysMs: [1, 1.5] } } }, 'retry.backoff.delaysMs must'],
    [{ retry: { backoff: { kind: 'list', delaysMs: Array(101).fill(1) } } }, 'retry.backoff.delaysMs must'],
    [{ retry: { backoff: { kind: 'list', delaysMs: [1], delayMs: 1 } } }, 'takes delaysMs only'],
    [{ retry: { backoff: { kind: 'fixed', delayMs: 1, delaysMs: [1] } } }, 'belongs to kind "list"'],
    [{ weight: 'light' }, 'weight must'],
    [{ isolation: 'none' }, 'isolation must'],
    [{ slots: 0 }, 'slots must'],
    [{ memoryMb: 10 }, 'memoryMb must'],
    [{ tools: ['tesseract', ''] }, 'tools must'],
    [{ limit: {} }, '"limit" is not a property'],
  ])('refuses %o', (change, message) => {
    expect(faultsOf(change)).toContain(message);
  });

  it('names all faults at once', () => {
    expect(faultsOf({ version: 0, slots: 0 })).toMatch(/version must.*slots must/);
    expect(() => checkDefinition(null)).toThrow('is an object');
  });

  it('a hard limit alone is enough: the soft one follows it', () => {
    expect(faultsOf({ limits: { hardMs: 6_000 } })).toBe('');
    expect(withDefaults({ ...sound, limits: { hardMs: 6_000 } })).toMatchObject({ softMs: 5_000, hardMs: 6_000 });
  });

  it('a list of delays is passed on as it is', () => {
    const backoff = { kind: 'list' as const, delaysMs: [0, 1_000, 86_400_000], jitter: 0.5 };
    expect(withDefaults(defineJob({ ...sound, retry: { backoff } })).backoff).toEqual(backoff);
  });

  it('the documented defaults', () => {
    expect(withDefaults(sound)).toMatchObject({
      ...{ version: 1, weight: 'heavy', isolation: 'child', slots: 1, maxAttempts: 3, onTimeout: false, tools: [] },
      ...{ softMs: 25 * 60_000, hardMs: 30 * 60_000 },
    });
    expect(withDefaults({ ...sound, weight: 'tiny' }).slots).toBe(64);
  });
});
