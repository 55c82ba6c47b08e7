import { readLogs, readLogsReply } from '@windlass/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StreamReader } from '../testing/read-stream.fixture.js';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
let id: string;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());
beforeEach(async () => {
  const answer = await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
  id = ((await answer.json()) as { id: string }).id;
});

async function open(path: string, headers: Record<string, string> = {}, token?: string): Promise<StreamReader> {
  const options = { headers: { accept: 'text/event-stream', ...headers }, ...(token ? { token } : {}) };
  const response = await test.call('GET', `/v1/jobs/${id}/${path}`, options);
  expect(response.status).toBe(200);
  return new StreamReader(response);
}
const texts = (stream: StreamReader) => stream.events.map((each) => (each.data as { message?: string }).message);
const get = async (path: string) => (await test.call('GET', `/v1/jobs/${id}/${path}`)).json() as Promise<object>;

describe('a log', () => {
  it('is read page by page, oldest first, with its place to go on from', async () => {
    test.core.addLog(id, 'a', 'b', 'c');
    const first = (await get('logs?limit=2')) as { items: object[]; nextAfter: string };
    expect(first).toEqual({
      items: [
        { run: 1, epoch: 1, seq: 1, at: expect.stringMatching(/Z$/), level: 'info', source: 'handler', message: 'a' },
        { run: 1, epoch: 1, seq: 2, at: expect.stringMatching(/Z$/), level: 'info', source: 'handler', message: 'b' },
      ],
      nextAfter: '1.1.2',
      finished: false,
    });
    test.core.finish(id);
    expect(await get(`logs?limit=2&after=${first.nextAfter}`)).toMatchObject({
      items: [{ seq: 3, message: 'c' }],
      finished: true,
    });
    expect(await get('logs?after=1.1.3')).toEqual({ items: [], finished: true });
    expect(await get('logs?level=warn')).toEqual({ items: [], finished: true });
  });

  it('is followed live, each line once and in order, until the job has ended and all lines are out', async () => {
    test.core.addLog(id, 'a', 'b');
    const stream = await open('logs');
    await expect.poll(() => texts(stream)).toEqual(['a', 'b']);
    test.core.addLog(id, 'c');
    await expect.poll(() => texts(stream)).toEqual(['a', 'b', 'c']);
    test.core.addLog(id, 'd');
    test.core.finish(id);
    await stream.ended;
    expect(stream.events.map(({ event, id: place }) => [event, place])).toEqual([
      ['log', '1.1.1'],
      ['log', '1.1.2'],
      ['log', '1.1.3'],
      ['log', '1.1.4'],
      ['end', undefined],
    ]);
  });

  it('longer than a page comes whole', async () => {
    const lines = Array.from({ length: 450 }, (_, n) => `line ${n}`);
    test.core.addLog(id, ...lines);
    test.core.finish(id);
    const stream = await open('logs');
    await stream.ended;
    expect(texts(stream).slice(0, -1)).toEqual(lines);
    expect(stream.events.at(-1)?.event).toBe('end');
  });

  it.each([
    ['Last-Event-ID', 'logs', { 'last-event-id': '1.1.2' }],
    ['after', 'logs?after=1.1.2', {}],
    ['Last-Event-ID rather than after', 'logs?after=1.1.1', { 'last-event-id': '1.1.2' }],
  ])('goes on behind a line: %s', async (_name, path, headers: Record<string, string>) => {
    test.core.addLog(id, 'a', 'b', 'c', 'd');
    test.core.finish(id);
    const stream = await open(path, headers);
    await stream.ended;
    expect(texts(stream)).toEqual(['c', 'd', undefined]);
  });

  it('has the headers that keep proxies from holding it back', async () => {
    const stream = await open('logs');
    const { headers } = stream.response;
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    await stream.close();
  });

  it('with line breaks and hostile characters stays one event a line', async () => {
    const message = 'a\n\nevent: end\r\ndata: {}\u2028\u0000 é 🐎';
    test.core.addLog(id, message);
    test.core.finish(id);
    const stream = await open('logs');
    await stream.ended;
    expect(texts(stream)).toEqual([message, undefined]);
  });
});

describe('events', () => {
  it('are followed live with their places as ids, and resumed by them', async () => {
    const stream = await open('events');
    await expect.poll(() => stream.events.length).toBe(1);
    test.core.addEvent(id, { kind: 'started', machine: 'm1' });
    await expect.poll(() => stream.events.length).toBe(2);
    const resumed = await open('events', { 'last-event-id': '1.0.0' });
    test.core.finish(id, 'failed');
    await Promise.all([stream.ended, resumed.ended]);
    const seen = (each: StreamReader) =>
      each.events.map(({ event, id: place, data }) => [event, place, (data as { kind?: string }).kind]);
    expect(seen(stream)).toEqual([
      ['job', '1.0.0', 'submitted'],
      ['job', '1.1.1', 'started'],
      ['job', '1.1.3', 'failed'],
      ['end', undefined, undefined],
    ]);
    expect(seen(resumed)).toEqual(seen(stream).slice(1));
  });

  it('longer than a page come whole', async () => {
    for (let epoch = 1; epoch <= 250; epoch += 1) test.core.addEvent(id, { kind: 'attempt-failed', epoch });
    test.core.finish(id, 'failed');
    Object.assign(test.core.jobs.get(id)?.events.at(-1) ?? {}, { epoch: 250 });
    const stream = await open('events');
    await stream.ended;
    expect(stream.events).toHaveLength(253);
    expect(stream.events.slice(-2)).toMatchObject([{ id: '1.250.3' }, { event: 'end' }]);
  });
});

describe('before a stream has begun', () => {
  it('a failure is an ordinary answer', async () => {
    const headers = { accept: 'text/event-stream' };
    const unknown = await test.call('GET', '/v1/jobs/0192a0b0-0000-7000-8000-000000000000/logs', { headers });
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get('content-type')).toBe('application/problem+json');
    const bad = await test.call('GET', `/v1/jobs/${id}/logs`, { headers: { ...headers, 'last-event-id': 'x' } });
    expect(bad.status).toBe(400);
  });

  it('a HEAD is answered without one', async () => {
    const answer = await test.call('HEAD', `/v1/jobs/${id}/logs`, { headers: { accept: 'text/event-stream' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });
});

describe('a stream ends', () => {
  it('with a problem when its token does', async () => {
    const token = await sign({ exp: Math.floor(Date.now() / 1000) + 2 });
    const stream = await open('logs', {}, token);
    await stream.ended;
    expect(stream.events).toMatchObject([{ event: 'error', data: { code: 'auth.token-invalid', status: 401 } }]);
  });

  it('with a problem when its API key is revoked', async () => {
    const made = await test.call('POST', '/v1/api-keys', { json: { name: 'ci', scopes: ['jobs:read'] } });
    const { id: keyId, key } = (await made.json()) as { id: string; key: string };
    const stream = await open('logs', {}, key);
    expect((await test.call('DELETE', `/v1/api-keys/${keyId}`)).status).toBe(204);
    test.core.addLog(id, 'a secret');
    await stream.ended;
    expect(stream.events).toMatchObject([{ event: 'error', data: { code: 'auth.token-invalid' } }]);
  });

  it('with a problem when its job is purged', async () => {
    const stream = await open('logs');
    test.core.jobs.delete(id);
    test.core.wake();
    await stream.ended;
    expect(stream.events).toMatchObject([{ event: 'error', data: { code: 'read.job-unknown', status: 404 } }]);
  });

  it('without a word when the gateway stops, so that the client goes on at another', async () => {
    const other = await startGateway();
    const submitted = await other.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
    const job = (await submitted.json()) as { id: string };
    other.core.addLog(job.id, 'a');
    const headers = { accept: 'text/event-stream' };
    const stream = new StreamReader(await other.call('GET', `/v1/jobs/${job.id}/logs`, { headers }));
    await expect.poll(() => stream.events.length).toBe(1);
    const before = performance.now();
    await Promise.all([other.gateway.stop(), stream.ended]);
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(stream.events.map((event) => event.event)).toEqual(['log']);
    await other.stop();
  });
});

it('while core is away for a moment a stream goes on by itself, and misses nothing', async () => {
  const other = await startGateway();
  try {
    const submitted = await other.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
    const job = (await submitted.json()) as { id: string };
    const headers = { accept: 'text/event-stream' };
    const stream = new StreamReader(await other.call('GET', `/v1/jobs/${job.id}/logs`, { headers }));
    other.core.addLog(job.id, 'a');
    await expect.poll(() => stream.events.length).toBe(1);
    other.hub.setState('down');
    other.core.addLog(job.id, 'b');
    await expect.poll(async () => (await other.call('GET', `/v1/jobs/${job.id}`)).status).toBe(503);
    other.hub.setState('up');
    await expect.poll(() => texts(stream), { timeout: 10_000 }).toEqual(['a', 'b']);
    await stream.close();
  } finally {
    await other.stop();
  }
});

it('a level is kept over the whole stream', async () => {
  const asked: unknown[] = [];
  test.core.on(readLogs, readLogsReply, (question) => {
    asked.push([question.level, question.limit]);
    return { items: [], more: false, finished: asked.length > 1 };
  });
  const stream = await open('logs?level=error');
  await stream.ended;
  expect(asked).toEqual([
    ['error', 100],
    ['error', 100],
  ]);
});
