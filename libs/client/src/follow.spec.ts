import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  broken,
  json,
  problem,
  type ScriptedService,
  scriptedService,
  stream,
} from './testing/scripted-service.fixture.js';
import type { LogLine } from './types/read.js';
import { WindlassClient } from './windlass-client.js';

let service: ScriptedService;
let client: WindlassClient;

beforeEach(async () => {
  service = await scriptedService();
  client = new WindlassClient({ url: service.url, token: 't0', timeoutMs: 2_000 });
});
afterEach(() => service.close());

const line = (seq: number): LogLine => ({
  ...{ run: 1, epoch: 1, seq, at: '2026-01-02T03:04:05.678Z', level: 'info', source: 'handler', message: `m${seq}` },
});
const log = (seq: number) => `id: 1.1.${seq}\nevent: log\ndata: ${JSON.stringify(line(seq))}\n\n`;
const failed = (status: number, code: string) =>
  `event: error\ndata: ${JSON.stringify({ status, code, detail: 'Not now.', retryAfterMs: 1 })}\n\n`;
const END = 'event: end\ndata: {}\n\n';

async function messages(lines: AsyncIterable<LogLine>): Promise<string[]> {
  const all: string[] = [];
  for await (const { message } of lines) all.push(message);
  return all;
}

describe('logs without follow', () => {
  it('come page by page, to the last one', async () => {
    service.answers = [
      json(200, { items: [line(1), line(2)], nextAfter: '1.1.2', finished: false }),
      json(200, { items: [line(3)], finished: false }),
    ];
    expect(await messages(client.logs('j1', { level: 'warn' }))).toEqual(['m1', 'm2', 'm3']);
    expect(service.seen.map(({ url }) => url)).toEqual([
      '/v1/jobs/j1/logs?level=warn&limit=1000',
      '/v1/jobs/j1/logs?after=1.1.2&level=warn&limit=1000',
    ]);
  });
});

describe('a followed log', () => {
  it('ends with the job, every line once, over connections that end, break, are put off and refused', async () => {
    service.answers = [
      stream([': hello\n\n', log(1), log(2).slice(0, 20)], 'break'),
      problem(503, 'broker.unavailable', { retryAfterMs: 1 }),
      broken,
      json(502, {}),
      stream([log(2), log(3), failed(503, 'broker.unavailable')], 'end'),
      stream([log(4), END], 'stay'),
    ];
    expect(await messages(client.logs('j1', { follow: true, level: 'info' }))).toEqual(['m1', 'm2', 'm3', 'm4']);
    expect(service.seen.map(({ url, headers }) => [url, headers.accept, headers['last-event-id']])).toEqual(
      [undefined, '1.1.1', '1.1.1', '1.1.1', '1.1.1', '1.1.3'].map((id) => [
        ...['/v1/jobs/j1/logs?level=info', 'text/event-stream', id],
      ]),
    );
  });

  it('begins behind the line it is told', async () => {
    service.answers = [stream([log(8), END])];
    expect(await messages(client.logs('j1', { follow: true, after: '1.1.7' }))).toEqual(['m8']);
    expect(service.seen[0]).toMatchObject({ url: '/v1/jobs/j1/logs', headers: { 'last-event-id': '1.1.7' } });
  });

  it('goes on after a restart of the service', async () => {
    service.answers = [stream([log(1)], 'stay')];
    const lines = client.logs('j1', { follow: true });
    expect((await lines.next()).value?.message).toBe('m1');
    await service.down();
    const second = lines.next();
    service.answers = [stream([log(2), END])];
    await service.up();
    expect((await second).value?.message).toBe('m2');
    expect((await lines.next()).done).toBe(true);
  });

  it.each([
    ['says no', [problem(404, 'read.job-unknown')], 'read.job-unknown', 1],
    ['has no streams', [json(200, { items: [], finished: true })], 'client.unexpected', 1],
    ['never answers, after a few tries', [broken], 'client.network', 5],
    ['ends it with a problem', [stream([log(1), failed(401, 'auth.token-invalid')])], 'auth.token-invalid', 1],
    ['sends what is not JSON', [stream(['event: log\ndata: {\n\n'])], 'client.unexpected', 1],
  ])('rejects when the service %s', async (_what, answers, code, calls) => {
    service.answers = answers;
    await expect(messages(client.logs('j1', { follow: true }))).rejects.toMatchObject({ code });
    expect(service.seen.length).toBe(calls);
  });

  it('rejects when an outage lasts longer than it is told to bridge', async () => {
    service.answers = [stream([log(1)], 'break'), broken];
    const lines = client.logs('j1', { follow: true, outageMs: 300 });
    await lines.next();
    await expect(lines.next()).rejects.toMatchObject({ code: 'client.network' });
  });

  it('can be left: by its signal, and by leaving the loop, which closes the connection', async () => {
    service.answers = [
      stream([log(1)], 'stay'),
      (one, response) => {
        response.on('close', () => service.seen.push({ ...one, url: 'closed' }));
        stream([log(1)], 'stay')(one, response);
      },
    ];
    const leave = new AbortController();
    const lines = client.logs('j1', { follow: true, signal: leave.signal });
    await lines.next();
    const waiting = lines.next();
    leave.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });

    for await (const _line of client.logs('j2', { follow: true })) break;
    await expect.poll(() => service.seen.at(-1)?.url).toBe('closed');
  });
});

it('events come page by page, to the last one', async () => {
  const event = (rank: number) => ({
    run: 1,
    epoch: 0,
    rank,
    kind: 'k',
    terminal: false,
    at: '2026-01-02T03:04:05.678Z',
  });
  service.answers = [
    json(200, { items: [event(0)], nextAfter: '1.0.0', finished: true }),
    json(200, { items: [event(3)], finished: true }),
  ];
  expect(await client.events('j1')).toEqual([event(0), event(3)]);
  expect(service.seen.map(({ url }) => url)).toEqual([
    '/v1/jobs/j1/events?limit=1000',
    '/v1/jobs/j1/events?after=1.0.0&limit=1000',
  ]);
});

it('followed events come until the end, and unknown kinds of messages are passed over', async () => {
  const event = { run: 1, epoch: 0, rank: 0, kind: 'submitted', terminal: false, at: '2026-01-02T03:04:05.678Z' };
  service.answers = [
    stream([`id: 1.0.0\nevent: job\ndata: ${JSON.stringify(event)}\n\nevent: hint\ndata: -\n\n`], 'end'),
    stream([END]),
  ];
  const all = [];
  for await (const each of client.followEvents('j1')) all.push(each);
  expect(all).toEqual([event]);
  expect(service.seen.map(({ url, headers }) => [url, headers['last-event-id']])).toEqual([
    ['/v1/jobs/j1/events', undefined],
    ['/v1/jobs/j1/events', '1.0.0'],
  ]);
});
