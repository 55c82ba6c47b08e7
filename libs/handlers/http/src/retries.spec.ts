import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpCaller } from './http-caller.js';
import { callerOf, contextOf, endOf } from './testing/calling.fixture.js';
import { Sink } from './testing/sink.fixture.js';

const NOW = Date.UTC(2026, 0, 1);
const clock = { now: () => NOW, monotonicMs: () => performance.now(), random: () => 0 };
let sink: Sink;
let url: string;
let caller: HttpCaller;
/** Speaks whatever a test says, which need not be HTTP. */
let raw: Server;
let speak: (socket: Socket) => void;

beforeAll(async () => {
  sink = await Sink.open('127.0.0.1');
  url = `http://127.0.0.1:${sink.port}/`;
  raw = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => speak(socket));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  caller = callerOf({ env: { HTTP_ALLOW: '127.0.0.1' }, clock });
});
afterEach(() => caller.close());
afterAll(async () => {
  await sink.close();
  await new Promise((resolve) => raw.close(resolve));
});
const answer = (status: number, headers: Record<string, string> = {}, body = '') =>
  sink.answering((response) => response.writeHead(status, headers).end(body));
const rawUrl = () => `http://127.0.0.1:${(raw.address() as AddressInfo).port}/`;

describe('statuses', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])(
    '%d is tried again, after the backoff of the job',
    async (status) => {
      answer(status);
      const end = await endOf(caller, { url });
      expect(end).toMatchObject({ code: `http.status-${status}`, final: false });
      expect(end.delayMs).toBeUndefined();
    },
  );

  it.each([301, 302, 304, 400, 401, 403, 404, 410, 413, 422])('%d ends the job', async (status) => {
    answer(status, { 'retry-after': '1' });
    expect(await endOf(caller, { url })).toMatchObject({ code: `http.status-${status}`, final: true });
  });

  it('the error tells the origin and the beginning of the body, not the path with what may be a token', async () => {
    answer(422, {}, `${'no such customer '.repeat(100)}`);
    const end = await endOf(caller, { url: `${url}hooks/T0KEN?key=K3Y` });
    expect(end.message).toContain(`127.0.0.1:${sink.port} answered 422: no such customer`);
    expect(end.message?.length).toBeLessThan(700);
    expect(end.message).not.toMatch(/T0KEN|K3Y/);
  });
});

describe('Retry-After', () => {
  const inSeconds = (seconds: number) => new Date(NOW + seconds * 1_000).toUTCString();
  it.each([
    ['in seconds', '120', 1, 120_000],
    ['as a date', inSeconds(90), 1, 90_000],
    ['never less than the least wait', '0', 1, 5_000],
    ['which grows with the attempts', '1', 3, 80_000],
    ['up to an hour', '1', 50, 3_600_000],
    ['a date that has passed', inSeconds(-60), 1, 5_000],
    ['a day at the most', '999999999', 1, 86_400_000],
    ['a far date', inSeconds(86_400 * 400), 1, 86_400_000],
  ])('%s: %s', async (_, value, attempt, delayMs) => {
    answer(503, { 'retry-after': value });
    const end = await endOf(caller, { url }, contextOf({ attempt }));
    expect(end).toMatchObject({ code: 'http.status-503', final: false, delayMs });
  });

  it.each(['soon', '-5', '1.5', '', '99999999999999999999', '2026-01-01'])(
    '%j is no date and no number',
    async (value) => {
      answer(429, { 'retry-after': value });
      const end = await endOf(caller, { url });
      expect(end).toMatchObject({ code: 'http.status-429', final: false });
      expect(end.delayMs).toBeUndefined();
    },
  );
});

describe('what fails on the way is tried again', () => {
  it('nobody there', async () => {
    const gone = await Sink.open('127.0.0.1');
    const { port } = gone;
    await gone.close();
    const end = await endOf(caller, { url: `http://127.0.0.1:${port}/` });
    expect(end).toMatchObject({ code: 'http.connection', final: false });
    expect(end.message).toMatch(/ECONNREFUSED/);
  });

  it('no such name', async () => {
    expect(await endOf(caller, { url: 'http://nowhere.example/' })).toMatchObject({ code: 'http.dns', final: false });
  });

  it.each<[string, string, (socket: Socket) => void]>([
    ['a connection that ends', 'http.connection', (socket) => socket.end()],
    ['a connection that is reset', 'http.connection', (socket) => socket.resetAndDestroy()],
    ['what is no HTTP', 'http.protocol', (socket) => socket.end('SSH-2.0-OpenSSH\r\n')],
    ['headers without end', 'http.protocol', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)],
    [
      'a body that breaks off',
      'http.connection',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    ],
  ])('%s', async (_, code, how) => {
    speak = how;
    expect(await endOf(caller, { url: rawUrl(), body: { text: 'x' } })).toMatchObject({ code, final: false });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['no answer', () => undefined],
    ['headers only', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')],
    ['one header at a time', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x: y\r\n')],
    ['one byte at a time', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', '.')],
  ])('%s within timeoutMs, and the connection is given up', async (_, how) => {
    const ended = new Promise<void>((resolve) => {
      speak = (socket) => {
        socket.once('close', () => resolve());
        how(socket);
      };
    });
    const end = await endOf(caller, { url: rawUrl(), timeoutMs: 200 });
    expect(end).toMatchObject({ code: 'http.timeout', final: false });
    await ended;
  });
});

function drip(socket: Socket, first: string, then: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(then), 20);
  socket.once('close', () => clearInterval(timer));
}

describe('an attempt that is called off', () => {
  it.each(['before it begins', 'while it waits'])('%s ends with its reason', async (when) => {
    const controller = new AbortController();
    const reason = Object.assign(new Error('called off'), { name: 'Cancelled' });
    const closed = new Promise<void>((resolve) => {
      speak = (socket) => {
        socket.once('close', () => resolve());
        controller.abort(reason);
      };
    });
    if (when === 'before it begins') controller.abort(reason);
    const end = await endOf(caller, { url: rawUrl() }, contextOf({ signal: controller.signal }));
    expect(end.thrown).toBe(reason);
    if (when === 'while it waits') await closed;
  });

  it('counts neither for nor against the host', async () => {
    speak = () => undefined;
    for (let n = 0; n < 10; n++) {
      const controller = new AbortController();
      const call = endOf(caller, { url: rawUrl() }, contextOf({ signal: controller.signal }));
      setImmediate(() => controller.abort(new Error('called off')));
      expect((await call).message).toBe('called off');
    }
  });
});
