import { compileSchema } from '@windlass/contracts';
import { ECHO_DECLARATION } from '@windlass/testing';
import { describe, expect, it } from 'vitest';
import { checkSubmission } from './check-submission.js';

const check = (payload: string) => {
  const declaration = { ...ECHO_DECLARATION, payloadSchema: {} };
  const type = { declaration, validatePayload: compileSchema({}) } as unknown as Parameters<typeof checkSubmission>[1];
  try {
    checkSubmission({ tenantId: 'acme', type: 'echo', payload }, type, 0);
    return undefined;
  } catch (error) {
    return error;
  }
};
const refusedAt = (path: string) => ({ code: 'submit.payload-invalid', fields: [{ path }] });

describe('a number that is no finite one', () => {
  it.each([
    ['{"n":1e400}', '/payload/n'],
    ['-1E+999', '/payload'],
    ['{"a":[0,{"b/c~":1e0309}]}', '/payload/a/1/b~1c~0'],
    [`[${'9'.repeat(400)}]`, '/payload/0'],
    [`{"n":${'9'.repeat(215)}.5e99}`, '/payload/n'],
  ])('is refused at its place, whatever the schema says: %s', (payload, path) => {
    expect(check(payload)).toMatchObject(refusedAt(path));
  });

  it('is not seen in texts, small numbers or the largest double, and a deep nesting costs no stack', () => {
    for (const payload of [
      '{"n":"1e400"}',
      '[1e-400,1.7976931348623157e308,0e999]',
      `{"n":"${'9'.repeat(400)}","m":0.${'1'.repeat(300)}}`,
    ])
      expect(check(payload)).toBeUndefined();
    const deep = 5_000;
    expect(check(`${'['.repeat(deep)}1e400${']'.repeat(deep)}`)).toMatchObject(
      refusedAt(`/payload${'/0'.repeat(deep)}`),
    );
  });
});
