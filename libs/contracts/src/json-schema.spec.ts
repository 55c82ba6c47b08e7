import { describe, expect, it } from 'vitest';
import { compileSchema, fieldErrorsOf } from './json-schema.js';

describe('a schema of a job type', () => {
  it('is refused when it is none, before anything is compiled', () => {
    expect(() => compileSchema({ type: 'nonsense' })).toThrow(/schema is invalid: data\/type must be equal to one of/);
    expect(() => compileSchema({ $schema: 'http://nowhere/x' })).toThrow(/no schema with key or ref/);
    expect(() => compileSchema({ $ref: '#/nope' })).toThrow(/can't resolve reference/);
  });

  it('may have the $id of another one', () => {
    expect(compileSchema({ $id: 'payload', type: 'string' })('text')).toBe(true);
    expect(compileSchema({ $id: 'payload', type: 'number' })('text')).toBe(false);
  });

  it('knows formats, and tells where a payload is wrong', () => {
    const validate = compileSchema({ type: 'object', properties: { at: { type: 'string', format: 'date-time' } } });
    expect(validate({ at: 'tomorrow' })).toBe(false);
    expect(fieldErrorsOf(validate.errors, '/payload')).toEqual([
      { path: '/payload/at', message: 'must match format "date-time"' },
    ]);
  });

  it('may itself be about schemas', () => {
    const validate = compileSchema({ $ref: 'https://json-schema.org/draft/2020-12/schema' });
    expect(validate({ type: 'string' })).toBe(true);
    expect(validate({ type: 7 })).toBe(false);
  });
});
