import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BATCHES, COSTLY_BATCHES } from '../testing/bad-input/batch.fixture.js';
import { BODIES, COSTLY } from '../testing/bad-input/bodies.fixture.js';
import { FIELDS } from '../testing/bad-input/fields.fixture.js';
import { FILES, KEYS } from '../testing/bad-input/files.fixture.js';
import { LIFE } from '../testing/bad-input/life.fixture.js';
import { OPTIONS } from '../testing/bad-input/options.fixture.js';
import { ROUTES } from '../testing/bad-input/routes.fixture.js';
import { startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
let jobId: string;
beforeAll(async () => {
  test = await startGateway({ env: { MAX_FILE_BYTES: '1000', FILE_TYPES: 'text/*,application/octet-stream' } });
  const answer = await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
  jobId = ((await answer.json()) as { id: string }).id;
});
afterAll(() => test.stop());

describe.each([
  ['bodies', BODIES],
  ['bodies that would cost much', COSTLY],
  ['fields', FIELDS],
  ['options of a submission', OPTIONS],
  ['batches', BATCHES],
  ['batches that would cost much', COSTLY_BATCHES],
  ["routes of a job's life", LIFE],
  ['routes', ROUTES],
  ['files', FILES],
  ['API keys', KEYS],
])('bad input gets its exact 4xx and a problem that says what to do: %s', (_group, cases) => {
  it.each(cases)('$name → $status $code', async ({ method, path, options, status, code, field, says }) => {
    const answer = await test.call(method ?? 'POST', path ?? '/v1/jobs', options);
    const text = await answer.text();
    expect({ status: answer.status, type: answer.headers.get('content-type') }, text).toEqual({
      status,
      type: 'application/problem+json',
    });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    const problem = JSON.parse(text) as { code: string; status: number; detail: string; errors?: { path: string }[] };
    expect(problem).toMatchObject({ code, status });
    expect(problem.detail.length).toBeGreaterThan(10);
    if (says) expect(problem.detail).toContain(says);
    if (field) expect(problem.errors?.map((error) => error.path)).toContain(field);
    expect(text).not.toMatch(/\bat .*\.[jt]s:\d+|node_modules/);
  });
});

describe('no body can hold up other clients', () => {
  it.each([...COSTLY, ...COSTLY_BATCHES])('$name', async ({ path, options }) => {
    const startedMs = performance.now();
    await test.call('POST', path ?? '/v1/jobs', options);
    // Milliseconds, against several seconds when each member is validated.
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('wrong methods', () => {
  it.each([
    ['PUT', '/v1/jobs', 'GET, HEAD, POST'],
    ['DELETE', () => `/v1/jobs/${jobId}`, 'GET, HEAD'],
    ['PUT', '/v1/jobs/batch', 'GET, HEAD, POST'],
    ['GET', () => `/v1/jobs/${jobId}/cancel`, 'POST'],
    ['PUT', () => `/v1/jobs/${jobId}/replay`, 'POST'],
    ['POST', () => `/v1/jobs/${jobId}/logs`, 'GET, HEAD'],
    ['DELETE', () => `/v1/jobs/${jobId}/events`, 'GET, HEAD'],
    ['PATCH', '/v1/jobs/actions', 'GET, HEAD, POST'],
    ['POST', () => `/v1/jobs/actions/${jobId}`, 'DELETE, GET, HEAD'],
    ['POST', '/v1/queues', 'GET, HEAD'],
    ['POST', '/v1/queues/hash', 'DELETE, GET, HEAD, PUT'],
    ['GET', '/v1/queues/hash/pause', 'POST'],
    ['PUT', '/v1/queues/hash/resume', 'POST'],
    ['DELETE', '/v1/queues/hash/purge', 'POST'],
    ['DELETE', '/v1/audit', 'GET, HEAD'],
    ['POST', '/v1/job-types', 'GET, HEAD'],
    ['OPTIONS', '/v1/files', 'POST'],
    ['PATCH', '/health', 'GET, HEAD'],
    ['POST', () => `/v1/jobs/${jobId}/artifacts/a/b`, 'GET, HEAD'],
  ])('%s %s answers 405 with Allow', async (method, path, allow) => {
    const answer = await test.call(method, typeof path === 'string' ? path : path());
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await answer.json()).toMatchObject({ code: 'http.method-not-allowed' });
  });
});

it('leaves no bug in the log after all of this', () => {
  const bugs = test.log.filter((line) => line.includes('"level":"error"') || line.includes('internal.bug'));
  expect(bugs).toEqual([]);
});
