import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpCaller } from './http-caller.js';
import { callerOf, contextOf, endOf } from './testing/calling.fixture.js';
import { selfSigned } from './testing/self-signed.fixture.js';
import { Sink } from './testing/sink.fixture.js';

const env = { HTTP_ALLOW: '127.0.0.0/8' };
let sink: Sink;
let url: string;
let caller: HttpCaller;

beforeAll(async () => {
  sink = await Sink.open('127.0.0.1');
  url = `http://127.0.0.1:${sink.port}/`;
});
beforeEach(() => {
  sink.forget();
  sink.answering((response) => response.end('ok'));
  caller = callerOf({ env });
});
afterEach(() => caller.close());
afterAll(() => sink.close());

describe('connections', () => {
  it('are kept: 50 attempts one after another take one', async () => {
    for (let n = 0; n < 50; n++) {
      await caller.call({ url, body: { json: { n } } }, contextOf({ jobId: `job-${n}` }));
      await nextTurn(); // free a turn after its answer was read
    }
    expect(sink.requests).toHaveLength(50);
    expect(sink.connections).toBe(1);
    expect(caller.sockets).toBe(1);
  });

  it('to one host are 16 at the most: further attempts wait for one', async () => {
    const held: (() => void)[] = [];
    sink.answering((response) => held.push(() => response.end('ok')));
    const calls = Array.from({ length: 40 }, () => caller.call({ url }, contextOf()));
    await waitFor(() => held.length === 16, { what: 'sixteen requests' });
    for (let n = 0; n < 3; n++) await nextTurn();
    expect(sink.connections).toBe(16);
    sink.answering((response) => response.end('ok'));
    for (const answer of held) answer();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(sink.connections).toBe(16);
  });

  it('that a server closes are made anew', async () => {
    await caller.call({ url }, contextOf());
    sink.dropConnections();
    await waitFor(() => caller.sockets === 0, { what: 'the end of the connection' });
    expect((await caller.call({ url }, contextOf())).status).toBe(200);
    expect(sink.connections).toBe(2);
  });

  it('that are idle end by themselves', { timeout: 20_000 }, async () => {
    await caller.call({ url }, contextOf());
    expect(caller.sockets).toBe(1);
    await waitFor(() => caller.sockets === 0, { what: 'the end of the idle connection', timeoutMs: 15_000 });
  });

  it('that were refused or failed are not counted', async () => {
    const gone = await Sink.open('127.0.0.1');
    const { port } = gone;
    await gone.close();
    for (let n = 0; n < 3; n++) await endOf(caller, { url: `http://127.0.0.1:${port}/` });
    await endOf(caller, { url: 'http://nowhere.example/' });
    await waitFor(() => caller.sockets === 0, { what: 'no socket' });
  });
});

describe('a host that fails', () => {
  it('is left alone for a while: the attempt is postponed without a request, and one looks later', async () => {
    let now = 0;
    const clock = { now: () => 0, monotonicMs: () => now, random: () => 1 };
    const broken = callerOf({ env, clock, circuit: { failures: 3, openMs: 60_000, maxOpenMs: 60_000 } });
    sink.answering((response) => response.writeHead(500).end());
    for (let n = 0; n < 3; n++) expect(await endOf(broken, { url })).toMatchObject({ code: 'http.status-500' });
    sink.forget();
    now += 10_000;
    const end = await endOf(broken, { url });
    // What is left, and up to a fifth more by chance.
    expect(end).toMatchObject({ code: 'http.circuit-open', final: false, delayMs: 60_000 });
    expect(sink.requests).toHaveLength(0);
    sink.answering((response) => response.end('ok'));
    now += 50_000;
    expect((await endOf(broken, { url })).result).toMatchObject({ status: 200 });
    expect((await endOf(broken, { url })).result).toMatchObject({ status: 200 });
    await broken.close();
  });

  it.each([429, 404, 200])('an answer %d is none of its failures', async (status) => {
    sink.answering((response) => response.writeHead(status).end());
    for (let n = 0; n < 10; n++) expect((await endOf(caller, { url })).code).not.toBe('http.circuit-open');
    expect(sink.requests).toHaveLength(10);
  });

  it.each(['a dead host', 'one resource'])('%s: how far it reaches', async (what) => {
    const gone = what === 'a dead host' ? await Sink.open('127.0.0.1') : undefined;
    const port = gone?.port ?? sink.port;
    await gone?.close();
    sink.answering((response, { path }) => response.writeHead(path.startsWith('/broken') ? 500 : 200).end());
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 6; n++)
      codes.push((await endOf(caller, { url: `http://127.0.0.1:${port}/broken?n=${n}` })).code);
    expect(codes).toEqual([...Array(5).fill(gone ? 'http.connection' : 'http.status-500'), 'http.circuit-open']);
    const other = await endOf(caller, { url: `http://127.0.0.1:${port}/other` });
    if (gone) expect(other.code).toBe('http.circuit-open');
    else expect(other.result).toMatchObject({ status: 200 });
  });

  it('timeouts that are too short to tell anything close nothing', async () => {
    sink.answering(() => undefined);
    for (let n = 0; n < 7; n++) expect((await endOf(caller, { url, timeoutMs: 20 })).code).toBe('http.timeout');
  });

  it('refusals of the guard are none either: nobody can close a host to others by them', async () => {
    const setup = callerOf({ env, names: { 'good.example': ['10.0.0.1'] } });
    for (let n = 0; n < 10; n++) {
      expect(await endOf(setup, { url: 'http://good.example/' })).toMatchObject({ code: 'http.address-refused' });
    }
    await setup.close();
  });
});

describe('TLS', () => {
  let port: number;
  let connections = 0;
  let cert: string;
  let server: ReturnType<typeof createServer>;
  beforeAll(async () => {
    const made = selfSigned('tls.example');
    cert = made.cert;
    server = createServer(made, (_, response) => response.end('safe'));
    server.on('secureConnection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const names = { 'tls.example': ['127.0.0.1'], 'other.example': ['127.0.0.1'] };

  it('goes over the checked connection, for the name of the URL, and is kept', async () => {
    const trusting = callerOf({ env, names, tls: { ca: cert } });
    for (let n = 0; n < 3; n++) {
      expect((await trusting.call({ url: `https://tls.example:${port}/` }, contextOf())).body.text).toBe('safe');
      await nextTurn();
    }
    expect(connections).toBe(1);
    await trusting.close();
    await waitFor(() => trusting.sockets === 0, { what: 'the end of the connection' });
  });

  it.each([
    ['a certificate for another name', 'other.example', true],
    ['one that nobody vouches for', 'tls.example', false],
  ])('%s is refused, and tried again later', async (_, host, trusted) => {
    const each = callerOf({ env, names, ...(trusted ? { tls: { ca: cert } } : {}) });
    const end = await endOf(each, { url: `https://${host}:${port}/` });
    expect(end).toMatchObject({ code: 'http.tls', final: false });
    await each.close();
    await waitFor(() => each.sockets === 0, { what: 'the end of the connection' });
  });

  it('http to a port of https, and the other way round', async () => {
    expect((await endOf(caller, { url: `http://127.0.0.1:${port}/` })).code).toMatch(
      /^http\.(connection|protocol|status-400)$/,
    );
    expect((await endOf(caller, { url: `https://127.0.0.1:${sink.port}/` })).code).toBe('http.tls');
  });
});
