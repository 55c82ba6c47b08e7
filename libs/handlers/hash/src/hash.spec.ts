import { describe, expect, it } from 'vitest';
import definitions, { type HashResult } from './index.js';

const [hash] = definitions;
const run = (json: string) => hash!.run(JSON.parse(json), undefined as never) as HashResult;

describe('hash', () => {
  it('is one tiny type of version 1 that takes any JSON', () => {
    expect(definitions).toHaveLength(1);
    expect(hash).toMatchObject({ name: 'hash', weight: 'tiny', payload: {} });
    expect(hash!.version ?? 1).toBe(1);
  });

  it('hashes the JSON text of an object', () => {
    expect(run('{"example":"data"}')).toEqual({
      md5: 'd8d1c0011055fc1d9852c40cf8fbf592',
      sha256: 'ead64c9d2e527b6bd2c0e0b92dcadfab9dff2d5b56ea6e663a3991577278384e',
      bytes: 18,
    });
  });

  it('hashes a string with its quotes and escapes', () => {
    expect(run(JSON.stringify('{"example":"data"}'))).toMatchObject({
      md5: '09ee943c4fa33cd5a355eb7a4e38f7ef',
      bytes: 24,
    });
  });

  it('does not depend on whitespace, and does on the order of keys', () => {
    expect(run('{ "a": 1,\n "b": 2 }')).toEqual(run('{"a":1,"b":2}'));
    expect(run('{"b":2,"a":1}').md5).not.toBe(run('{"a":1,"b":2}').md5);
  });

  it.each(['null', '0', '""', '[]', 'true', '{"__proto__":1}', '"\\u0000\\ud800"'])('takes %s', (json) => {
    expect(run(json).md5).toMatch(/^[0-9a-f]{32}$/);
  });
});
