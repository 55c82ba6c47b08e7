import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readDocument } from '../openapi/api-document.js';
import { drawRequest } from '../openapi/draw-request.js';
import { jsonWithRaw, leavesOf, valueAt, withValue } from '../openapi/json-pointer.js';
import { DOCUMENT } from '../testing/careless-server.fixture.js';
import { shapeCases } from './shape-cases.js';

const document = readDocument(DOCUMENT);
const create = document.operations.find(({ name }) => name === 'POST /v1/things')!;

it('the same seed draws the same requests, another seed others', () => {
  const draw = (seed: number) =>
    JSON.stringify(fc.sample(drawRequest(create, document.schemas, {}), { seed, numRuns: 50 }));
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
});

it('draws bodies that fit, bodies that do not, and some that are no JSON', () => {
  const bodies = fc
    .sample(drawRequest(create, document.schemas, {}), { seed: 3, numRuns: 300 })
    .map(({ body }) => body?.toString() ?? '');
  const parsed = bodies.filter((body) => {
    try {
      return typeof JSON.parse(body) === 'object';
    } catch {
      return false;
    }
  });
  expect(parsed.length).toBeGreaterThan(200);
  expect(parsed.length).toBeLessThan(300);
  expect(bodies.some((body) => body.includes('__proto__'))).toBe(true);
});

it('finds each text of a body, within lists and objects too', () => {
  const schema = {
    type: 'object',
    properties: {
      a: { type: 'string' },
      b: { type: 'array', items: { type: 'object', properties: { c: { type: 'string' } } } },
    },
  };
  expect(leavesOf(schema, {}, ['string']).map(({ pointer }) => pointer)).toEqual(['/a', '/b/0/c']);
});

it('sets, reads and writes raw text at a pointer', () => {
  const body = { jobs: [{ a: 1 }] };
  expect(withValue(body, '/jobs/0/b/c', 2)).toEqual({ jobs: [{ a: 1, b: { c: 2 } }] });
  expect(valueAt(withValue({}, '/x/0', 'y'), '/x/0')).toBe('y');
  expect(jsonWithRaw(body, '/jobs/0/a', '1e400')).toBe('{"jobs":[{"a":1e400}]}');
});

it('no two shapes share a name, and there are more than sixty', () => {
  const names = shapeCases('').map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(60);
});
