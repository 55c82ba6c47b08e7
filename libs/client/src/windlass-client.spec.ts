import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { broken, json, problem, type ScriptedService, scriptedService } from './testing/scripted-service.fixture.js';
import { WindlassClient } from './windlass-client.js';

let service: ScriptedService;
let client: WindlassClient;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windlass-client-'));
  service = await scriptedService();
  client = new WindlassClient({ url: `${service.url}/`, token: 't0', timeoutMs: 2_000 });
});
afterEach(async () => {
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

const accepted = json(202, { id: 'j1', type: 'hash', state: 'queued' });

describe('submit', () => {
  it('sends the request with the token and an Idempotency-Key of its own', async () => {
    service.answers = [accepted];
    expect(await client.submit({ type: 'hash', payload: { a: 1 } })).toEqual({
      id: 'j1',
      type: 'hash',
      state: 'queued',
    });
    expect(service.seen[0]).toMatchObject({
      method: 'POST',
      url: '/v1/jobs',
      body: '{"type":"hash","payload":{"a":1}}',
    });
    expect(service.seen[0]?.headers).toMatchObject({ authorization: 'Bearer t0', 'content-type': 'application/json' });
    await client.submit({ type: 'hash', payload: 1 });
    const [first, second] = service.seen.map((each) => each.headers['idempotency-key']);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
  });

  it.each([
    ['503', problem(503, 'broker.timeout', { retryAfterMs: 1 })],
    ['429', problem(429, 'http.rate-limited', { retryAfterMs: 1 })],
    ['a broken connection', broken],
  ])('repeats after %s with the same key, so that there is one job', async (_what, failure) => {
    service.answers = [failure, failure, accepted];
    expect(await client.submit({ type: 'hash', payload: 1 })).toMatchObject({ id: 'j1' });
    expect(service.seen.length).toBe(3);
    expect(new Set(service.seen.map((each) => each.headers['idempotency-key'])).size).toBe(1);
  });

  it('waits as long as it is told', async () => {
    service.answers = [problem(503, 'submit.not-accepted', { retryAfterMs: 700 }), accepted];
    const before = performance.now();
    await client.submit({ type: 'hash', payload: 1 });
    expect(performance.now() - before).toBeGreaterThanOrEqual(690);
  });

  it("uses the caller's key", async () => {
    service.answers = [accepted];
    await client.submit({ type: 'hash', payload: 1 }, { idempotencyKey: 'order-7' });
    expect(service.seen[0]?.headers['idempotency-key']).toBe('order-7');
  });

  it('gives up after a few tries, with the last failure', async () => {
    service.answers = [problem(503, 'broker.unavailable', { retryAfterMs: 1 })];
    await expect(client.submit({ type: 'hash', payload: 1 })).rejects.toMatchObject({
      name: 'WindlassError',
      code: 'broker.unavailable',
      status: 503,
    });
    expect(service.seen.length).toBe(5);
  });

  it('does not repeat what was refused, and says what is wrong', async () => {
    service.answers = [
      problem(422, 'submit.payload-invalid', { errors: [{ path: '/a', message: 'must be a number' }] }),
    ];
    await expect(client.submit({ type: 'hash', payload: 1 })).rejects.toMatchObject({
      code: 'submit.payload-invalid',
      message: 'Do this. /a: must be a number',
      problem: { errors: [{ path: '/a' }] },
    });
    expect(service.seen.length).toBe(1);
  });
});

describe('failures', () => {
  it('of a peer that is no Windlass are told apart', async () => {
    service.answers = [(_seen, response) => response.writeHead(404).end('<html>')];
    await expect(client.get('j1')).rejects.toMatchObject({ code: 'client.unexpected', status: 404 });
  });

  it('by silence end at the timeout', async () => {
    service.answers = [() => undefined];
    const impatient = new WindlassClient({ url: service.url, token: 't', timeoutMs: 30 });
    await expect(impatient.keys.create({ name: 'a', scopes: ['admin'] })).rejects.toMatchObject({
      code: 'client.timeout',
    });
  });

  it('by abort come with its reason, without a further try', async () => {
    service.answers = [() => undefined];
    const stop = new AbortController();
    const waiting = client.wait('j1', { signal: stop.signal });
    await expect.poll(() => service.seen.length).toBe(1);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(service.seen.length).toBe(1);
  });
});

describe('wait', () => {
  const running = (percent: number) => json(200, { id: 'j1', state: 'running', progress: { percent } });

  it('polls until the job is finished, and tells of each change of its progress once', async () => {
    service.answers = [
      running(10),
      running(10),
      running(60),
      json(200, { id: 'j1', state: 'failed', progress: { percent: 60 } }),
    ];
    const told: string[] = [];
    const job = await client.wait('j1', { onProgress: (each) => told.push(`${each.state} ${each.progress?.percent}`) });
    expect(job.state).toBe('failed');
    expect(told).toEqual(['running 10', 'running 60', 'failed 60']);
    expect(service.seen[0]?.url).toBe('/v1/jobs/j1?wait=1000ms');
  });

  it('asks for long polls when nobody wants progress', async () => {
    service.answers = [json(200, { id: 'j1', state: 'succeeded' })];
    await client.wait('j1');
    expect(service.seen[0]?.url).toBe('/v1/jobs/j1?wait=30000ms');
  });

  it('ends at its own timeout', async () => {
    service.answers = [running(1)];
    await expect(client.wait('j1', { timeoutMs: 40 })).rejects.toMatchObject({ code: 'client.timeout' });
  });
});

it('list fetches page by page', async () => {
  service.answers = [
    json(200, { items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'c&1' }),
    json(200, { items: [{ id: 'c' }] }),
  ];
  const ids: string[] = [];
  for await (const job of client.list({ type: 'hash', limit: 2 })) ids.push(job.id);
  expect(ids).toEqual(['a', 'b', 'c']);
  expect(service.seen.map((each) => each.url)).toEqual([
    '/v1/jobs?type=hash&limit=2',
    '/v1/jobs?type=hash&limit=2&cursor=c%261',
  ]);
});

describe('upload', () => {
  it.each([
    [
      'a path',
      async () => {
        await writeFile(join(directory, 'žlutý.txt'), 'hello');
        return join(directory, 'žlutý.txt');
      },
      '%C5%BElut%C3%BD.txt',
      'application/octet-stream',
    ],
    ['bytes', async () => new TextEncoder().encode('hello'), 'file', 'application/octet-stream'],
    ['a Blob', async () => new Blob(['hello'], { type: 'text/plain' }), 'file', 'text/plain'],
    ['a stream', async () => new Blob(['hello']).stream(), 'file', 'application/octet-stream'],
  ])('sends %s', async (_what, source, name, contentType) => {
    service.answers = [json(201, { id: 'f1' })];
    expect(await client.upload(await source())).toMatchObject({ id: 'f1' });
    expect(service.seen[0]).toMatchObject({ method: 'POST', url: '/v1/files', body: 'hello' });
    expect(service.seen[0]?.headers).toMatchObject({ 'x-file-name': name, 'content-type': contentType });
  });

  it('is not repeated by itself: it would be stored twice', async () => {
    service.answers = [problem(503, 'files.unavailable', { retryAfterMs: 1 })];
    await expect(client.upload(new Uint8Array(1))).rejects.toMatchObject({ code: 'files.unavailable' });
    expect(service.seen.length).toBe(1);
  });
});

describe('download', () => {
  it('saves under the name only what came whole', async () => {
    service.answers = [(_seen, response) => response.writeHead(200, { 'content-length': '5' }).end('hello')];
    await client.download({ jobId: 'j1', artifact: 'a b/c.glb' }, join(directory, 'c.glb'));
    expect(service.seen[0]?.url).toBe('/v1/jobs/j1/artifacts/a%20b/c.glb');
    expect(await readFile(join(directory, 'c.glb'), 'utf8')).toBe('hello');

    service.answers = [
      (_seen, response) => {
        response.writeHead(200, { 'content-length': '5' });
        response.write('he', () => response.destroy());
      },
    ];
    await expect(client.download('f1', join(directory, 'other'))).rejects.toThrow();
    expect(await readdir(directory)).toEqual(['c.glb']);
  });

  it('hands out bytes', async () => {
    service.answers = [(_seen, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('hello')];
    const download = await client.download('f1');
    expect(download.contentType).toBe('image/png');
    expect(new TextDecoder().decode(await download.bytes())).toBe('hello');
    expect(service.seen[0]?.url).toBe('/v1/files/f1/content');
  });

  it('ends when nothing more comes', async () => {
    service.answers = [(_seen, response) => void response.writeHead(200, { 'content-length': '5' }).write('he')];
    const impatient = new WindlassClient({ url: service.url, token: 't', timeoutMs: 500 });
    const download = await impatient.download('f1');
    await expect(download.bytes()).rejects.toMatchObject({ code: 'client.timeout' });
  });
});

describe('a token that no header can carry', () => {
  it.each(['', ' ', 'secret\nline', 'secret word', 'secret\u2028x'])(
    'is refused at once and not quoted: %j',
    (token) => {
      const make = () => new WindlassClient({ url: 'http://127.0.0.1', token });
      expect(make).toThrow(/^The token cannot be sent/);
      expect(make).not.toThrow(/secret/);
    },
  );

  it('is sent without the line break that a file ends with', async () => {
    service.answers = [json(200, { items: [] })];
    await new WindlassClient({
      url: service.url,
      token: 't1\n',
    }).keys.list();
    expect(service.seen[0]?.headers.authorization).toBe('Bearer t1');
  });
});
