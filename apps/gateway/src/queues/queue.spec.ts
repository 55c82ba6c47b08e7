import { afterAll, beforeAll, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());

async function call(method: string, path: string, json?: object) {
  const answer = await test.call(method, `/v1/queues${path}`, json ? { json } : {});
  const text = await answer.text();
  return {
    status: answer.status,
    location: answer.headers.get('location'),
    body: (text === '' ? undefined : JSON.parse(text)) as object | undefined,
  };
}

it('a queue is made, limited, read, listed and removed', async () => {
  const made = { name: 'cad.urgent', named: true, paused: false, queued: 0, held: 0, running: 0, types: [] };
  expect(await call('PUT', '/cad.urgent')).toMatchObject({ status: 200, body: made });
  expect(await call('PUT', '/cad.urgent', { maxRunning: 3 })).toMatchObject({ body: { ...made, maxRunning: 3 } });
  // Left out it stays, null lifts it.
  expect(await call('PUT', '/cad.urgent', {})).toMatchObject({ body: { maxRunning: 3 } });
  expect(await call('GET', '/cad.urgent')).toMatchObject({ status: 200, body: { maxRunning: 3 } });
  expect((await call('PUT', '/cad.urgent', { maxRunning: null })).body).not.toHaveProperty('maxRunning');
  expect((await call('PUT', '/cad.urgent', { maxRunning: 0 })).body).toHaveProperty('maxRunning', 0);
  expect(((await call('GET', '')).body as { items: { name: string }[] }).items.map((queue) => queue.name)).toEqual([
    'hash',
    'cad.urgent',
  ]);
  expect(await call('DELETE', '/cad.urgent')).toEqual({ status: 204, location: null, body: undefined });
  expect(await call('GET', '/cad.urgent')).toMatchObject({ status: 404, body: { code: 'queues.unknown' } });
});

it('a queue is paused and resumed, by whom core knows', async () => {
  const paused = { paused: true, pausedAt: '2023-11-14T22:13:20.000Z' };
  expect(await call('POST', '/hash/pause')).toMatchObject({ status: 200, body: paused });
  expect(test.core.asked.at(-1)?.body).toEqual({ tenantId: 'acme', actor: 'tester', name: 'hash', paused: true });
  const resumed = await call('POST', '/hash/resume', {});
  expect(resumed).toMatchObject({ status: 200, body: { paused: false } });
  expect(resumed.body).not.toHaveProperty('pausedAt');
});

it('one that still has jobs is not removed', async () => {
  await call('PUT', '/full');
  Object.assign(test.core.queues.get('full') ?? {}, { queued: 1 });
  expect(await call('DELETE', '/full')).toMatchObject({ status: 409, body: { code: 'queues.not-empty' } });
});

it("a purge cancels the caller's waiting jobs only, as an action", async () => {
  const token = await sign({ claims: { tenant: 'other', scope: 'queues:write' } });
  const answer = await test.call('POST', '/v1/queues/hash/purge', { token });
  const { id } = (await answer.json()) as { id: string };
  expect(answer.status).toBe(202);
  expect(answer.headers.get('location')).toBe(`/v1/jobs/actions/${id}`);
  expect(test.core.asked.at(-1)?.body).toMatchObject({
    tenantId: 'other',
    actor: 'tester',
    action: 'cancel',
    filter: { queue: 'hash', state: 'queued' },
  });
});

it('a purge of a queue that does not exist begins nothing', async () => {
  const before = test.core.actions.size;
  expect(await call('POST', '/hsh/purge')).toMatchObject({ status: 404, body: { code: 'queues.unknown' } });
  expect(test.core.actions.size).toBe(before);
});

it('jobs are listed by queue', async () => {
  await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
  await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 2, queue: 'express' } });
  const answer = await test.call('GET', '/v1/jobs?queue=express');
  expect(((await answer.json()) as { items: object[] }).items).toMatchObject([{ queue: 'express' }]);
});
