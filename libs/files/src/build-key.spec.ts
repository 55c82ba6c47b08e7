import { isFault } from '@windlass/faults';
import { describe, expect, it } from 'vitest';
import { attemptKey, attemptPrefix, jobPrefix, jobsPrefix, uploadKey, uploadsPrefix } from './build-key.js';
import { isSegment, segmentsOf } from './check-key.js';

const JOB = '0190a7f0-0000-7000-8000-000000000001';
const artifact = (name: string) => attemptKey('acme', JOB, 1, 3, name);

describe('keys', () => {
  it('uploads and artifacts stand under the prefixes that the storage accounts are granted', () => {
    expect(uploadKey('acme', JOB)).toBe(`tenants/acme/files/${JOB}`);
    expect(artifact('model.glb')).toBe(`tenants/acme/jobs/${JOB}/1/3/model.glb`);
    expect(uploadKey('acme', JOB).startsWith(uploadsPrefix('acme'))).toBe(true);
    expect(artifact('a').startsWith(attemptPrefix('acme', JOB, 1, 3))).toBe(true);
    expect(attemptPrefix('acme', JOB, 1, 3).startsWith(jobPrefix('acme', JOB))).toBe(true);
    expect(jobPrefix('acme', JOB).startsWith(jobsPrefix('acme'))).toBe(true);
  });

  it('another epoch, run, job or tenant is another key', () => {
    const keys = [
      attemptKey('acme', JOB, 1, 3, 'a'),
      attemptKey('acme', JOB, 1, 4, 'a'),
      attemptKey('acme', JOB, 2, 3, 'a'),
      attemptKey('acme', `${JOB}x`, 1, 3, 'a'),
      attemptKey('acme2', JOB, 1, 3, 'a'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('a slash makes a sub-path, and no name leaves the attempt', () => {
    expect(artifact('pages/1.png')).toBe(`tenants/acme/jobs/${JOB}/1/3/pages/1.png`);
    for (const name of ['..', '../../4/a', '../', 'a/../../b', '.', 'a/.', '..\\..', '\0', '%2e%2e']) {
      const key = name.endsWith('/') ? artifact(`${name}x`) : artifact(name);
      expect(key.startsWith(attemptPrefix('acme', JOB, 1, 3))).toBe(true);
      expect(key.split('/').every(isSegment)).toBe(true);
    }
    expect(artifact('../x')).toBe(`tenants/acme/jobs/${JOB}/1/3/_2E_2E/x`);
  });

  it('no tenant id reaches into another tenant', () => {
    expect(uploadsPrefix('a/files/b')).toBe('tenants/a_2Ffiles_2Fb/files/');
    expect(jobsPrefix('..')).toBe('tenants/_2E_2E/jobs/');
  });

  it('different names have different keys, whatever their characters', () => {
    const alphabet = ['_', '2', 'F', 'h', '.', 'ä', ' ', 'a'];
    const names: string[] = [];
    for (let length = 1, tails = ['']; length <= 4; length += 1) {
      tails = tails.flatMap((tail) => alphabet.map((character) => tail + character));
      names.push(...tails);
    }
    names.push('a/_', '_/a', '名'.repeat(50), '名'.repeat(51), '\u{1F600}', 'a\u0308');
    const keys = new Set(names.map(artifact));
    expect(keys.size).toBe(names.length);
    for (const key of keys) expect(() => segmentsOf(key)).not.toThrow();
  });

  it('a long name becomes its hash, which no other name can be', () => {
    const key = artifact('ä'.repeat(100));
    const last = key.split('/').at(-1)!;
    expect(last).toMatch(/^_h[0-9a-f]{64}$/);
    expect(artifact(last).split('/').at(-1)).toBe(`_${last}`);
  });

  it.each([
    ['an empty name', ''],
    ['an empty part', 'a//b'],
    ['a leading slash', '/etc/passwd'],
    ['a trailing slash', 'a/'],
    ['a lone surrogate', 'a\ud800'],
    ['a path too long for any storage', `${'a/'.repeat(300)}a`],
  ])('%s is refused', (_, name) => {
    expect(codeOf(() => artifact(name))).toBe('files.key-invalid');
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('the epoch %d is refused', (epoch) => {
    expect(codeOf(() => attemptKey('acme', JOB, 1, epoch, 'a'))).toBe('files.key-invalid');
  });
});

function codeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return isFault(error) ? error.code : error;
  }
}
