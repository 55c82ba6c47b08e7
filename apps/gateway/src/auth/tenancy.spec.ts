import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

const UNKNOWN = '0192a0b0-0000-7000-8000-000000000000';
const sse = { accept: 'text/event-stream' };

/** Each route that names an object by its id, with an object of another tenant. */
const routes: [string, string, Made, Record<string, string>?][] = [
  ['GET', '/v1/jobs/:id', 'job'],
  ['GET', '/v1/jobs/:id?wait=1s', 'job'],
  ['GET', '/v1/jobs/:id/result', 'finished'],
  ['GET', '/v1/jobs/:id/events', 'job'],
  ['GET', '/v1/jobs/:id/events', 'job', sse],
  ['GET', '/v1/jobs/:id/logs', 'job'],
  ['GET', '/v1/jobs/:id/logs', 'job', sse],
  ['GET', '/v1/jobs/:id/artifacts', 'job'],
  ['GET', '/v1/jobs/:id/artifacts/*', 'job'],
  ['POST', '/v1/jobs/:id/cancel', 'job'],
  ['POST', '/v1/jobs/:id/cancel', 'finished'],
  ['POST', '/v1/jobs/:id/replay', 'finished'],
  ['POST', '/v1/jobs/:id/replay', 'job'],
  ['GET', '/v1/jobs/actions/:id', 'action'],
  ['DELETE', '/v1/jobs/actions/:id', 'action'],
  ['GET', '/v1/files/:id', 'file'],
  ['GET', '/v1/files/:id/content', 'file'],
  ['POST', '/v1/files/uploads/:id/complete', 'file'],
  ['DELETE', '/v1/files/uploads/:id', 'file'],
  ['DELETE', '/v1/api-keys/:id', 'key'],
];
type Made = 'job' | 'finished' | 'action' | 'file' | 'key';

let test: TestGateway;
let theirs: string;
beforeAll(async () => {
  test = await startGateway();
  theirs = await sign({ claims: { tenant: 'other' } });
});
afterAll(() => test.stop());

let made: Record<Made, string>;
beforeEach(async () => {
  const make = async (path: string, options: object): Promise<string> => {
    const answer = await test.call('POST', path, { token: theirs, ...options });
    return ((await answer.json()) as { id: string }).id;
  };
  const job = { json: { type: 'hash', payload: 1 } };
  made = {
    job: await make('/v1/jobs', job),
    finished: await make('/v1/jobs', job),
    action: await make('/v1/jobs/actions', { json: { action: 'cancel', filter: { type: 'hash' } } }),
    file: await make('/v1/files', { body: 'abc', headers: { 'content-type': 'text/plain' } }),
    key: await make('/v1/api-keys', { json: { name: 'a', scopes: ['jobs:read'] } }),
  };
  test.core.finish(made.finished);
});

/** All that could tell a foreign object from one that is not there. */
async function seen(method: string, path: string, id: string, headers?: Record<string, string>) {
  const options = headers ? { headers } : {};
  const answer = await test.call(method, path.replace(':id', id).replace('*', 'a'), options);
  const { 'x-request-id': _id, date: _date, ...rest } = Object.fromEntries(answer.headers);
  return { status: answer.status, headers: rest, text: await answer.text() };
}
const state = () =>
  JSON.stringify([
    [...test.core.jobs.values()],
    [...test.core.actions.values()],
    [...test.core.files],
    [...test.core.keys],
  ]);

describe("another tenant's object", () => {
  it.each(routes)(
    '%s %s answers exactly like a missing one, and changes nothing: %s',
    async (method, path, what, headers) => {
      const before = state();
      const foreign = await seen(method, path, made[what], headers);
      expect(foreign).toEqual(await seen(method, path, UNKNOWN, headers));
      // Where a storage has no URLs, uploads are refused for everybody before anything is looked up.
      expect(foreign.status).toBe(path.includes('uploads') ? 409 : 404);
      expect(state()).toBe(before);
    },
  );

  it('is in no list', async () => {
    for (const path of ['/v1/jobs', '/v1/jobs/actions', '/v1/api-keys', '/v1/audit']) {
      const text = await (await test.call('GET', path)).text();
      for (const id of Object.values(made)) expect(text).not.toContain(id);
    }
  });
});

it('every route with an id is in the table above', () => {
  const known = test.gateway.routes
    .list()
    .filter((route) => route.url.includes(':id'))
    .flatMap((route) => route.methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${route.url}`));
  const tested = new Set(routes.map(([method, path]) => `${method} ${path.split('?')[0]}`));
  expect(new Set(known)).toEqual(tested);
});
