import { connect } from 'node:net';
import { ManualRuntime } from '@windlass/clock';
import { fault, isFault } from '@windlass/faults';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BODY_ARRIVES_WITHIN_MS, boundBodies, SMALL_BODY_BYTES } from './bound-bodies.js';

let server: FastifyInstance;
let url: string;
/** Requests that are not answered yet. */
let hold: (() => void)[];
let runtime: ManualRuntime;
let tenants: number;
beforeEach(async () => {
  hold = [];
  server = fastify({ bodyLimit: 1_000_000 });
  runtime = new ManualRuntime();
  tenants = 0;
  boundBodies(server, {
    runtime,
    maxBytes: 500_000,
    unknownRoute: () => fault('http.route-unknown'),
    // Each request of another tenant, unless it names one.
    identify: async ({ headers }) => {
      if (headers.authorization === 'none') throw fault('auth.token-missing');
      tenants += 1;
      const tenantId = headers.authorization ?? `t${tenants}`;
      return { subject: 's', tenantId, scopes: new Set(), expiresAtMs: Number.POSITIVE_INFINITY };
    },
  });
  server.setErrorHandler((error, _request, reply) => {
    if (isFault(error) && error.headers) reply.headers(error.headers);
    void reply.code(isFault(error) ? error.status : 500).send({ code: isFault(error) ? error.code : String(error) });
  });
  server.post('/', async (request) => {
    await new Promise<void>((resolve) => hold.push(resolve));
    return { length: (request.body as string).length };
  });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(() => {
  for (const go of hold.splice(0)) go();
  return server.close();
});

const post = (length: number, init: RequestInit = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify('a'.repeat(length)),
    ...init,
  });
const held = (count: number) => expect.poll(() => hold.length).toBe(count);
const status = async (answer: Promise<Response>) => (await answer).status;
/** Whether bodies that need nearly all of the room are taken. */
async function allIsFree(): Promise<boolean> {
  const before = hold.length;
  const answers = [1, 2, 3, 4].map(() => post(120_000));
  await Promise.race([Promise.all(answers), held(before + 4)]);
  for (const go of hold.splice(before)) go();
  return (await Promise.all(answers.map(status))).every((each) => each === 200);
}

it('large bodies of unanswered requests are bounded together, and the next is refused by 503', async () => {
  const first = [1, 2, 3, 4].map(() => post(120_000));
  await held(4);
  const next = await post(120_000);
  expect(next.status).toBe(503);
  expect(await next.json()).toEqual({ code: 'http.overloaded' });
  for (const go of hold.splice(0)) go();
  expect(await Promise.all(first.map(status))).toEqual([200, 200, 200, 200]);
  expect(await allIsFree()).toBe(true);
});

it('those of one tenant may hold a quarter: beyond that 429, and others do not feel it', async () => {
  const greedy = () => post(70_000, { headers: { 'content-type': 'application/json', authorization: 'greedy' } });
  const first = greedy();
  await held(1);
  const next = await greedy();
  expect({ status: next.status, body: await next.json() }).toEqual({
    status: 429,
    body: { code: 'http.rate-limited' },
  });
  const other = post(120_000);
  await held(2);
  for (const go of hold.splice(0)) go();
  expect(await Promise.all([first, other].map(status))).toEqual([200, 200]);
  const again = greedy();
  await held(1);
  hold.pop()?.();
  expect((await again).status).toBe(200);
});

/** Sends all of a large body but its last byte; what the server answers is in `text`. */
function sendMost(headers: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const seen = { text: '', closed: false, destroy: () => socket.destroy() };
  socket.on('data', (data) => (seen.text += data.toString()));
  socket.on('close', () => (seen.closed = true));
  socket.on('error', () => undefined);
  const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}content-length: 120000\r\n\r\n`;
  socket.write(`${head}"${'a'.repeat(119_998)}`);
  return seen;
}

it('who has no token is refused by the headers alone, and holds nothing', async () => {
  const strangers = [1, 2, 3, 4, 5].map(() => sendMost('authorization: none\r\n'));
  for (const stranger of strangers) await expect.poll(() => stranger.text).toMatch(/^HTTP\/1\.1 401 /);
  expect(await allIsFree()).toBe(true);
  for (const stranger of strangers) stranger.destroy();
});

it('a body that does not arrive in 20 s is answered 408, cut off, and its place is free', async () => {
  const slow = [1, 2, 3, 4].map(() => sendMost(''));
  await expect.poll(async () => status(post(120_000))).toBe(503);
  expect(slow.map((each) => each.text)).toEqual(['', '', '', '']);
  await runtime.advance(BODY_ARRIVES_WITHIN_MS);
  for (const each of slow) {
    await expect.poll(() => each.closed).toBe(true);
    expect(each.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(each.text).toContain('http.request-timeout');
  }
  expect(await allIsFree()).toBe(true);
});

it('the time for a body ends with its arrival: a slow answer is not cut', async () => {
  const answer = post(120_000);
  await held(1);
  await runtime.advance(BODY_ARRIVES_WITHIN_MS * 2);
  hold.pop()?.();
  expect((await answer).status).toBe(200);
});

it('no route at all reads no large body', async () => {
  const answer = await fetch(`${url}/none`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify('a'.repeat(120_000)),
  });
  expect(await answer.json()).toEqual({ code: 'http.route-unknown' });
});

it('small ones are not counted', async () => {
  const large = post(120_000);
  await held(1);
  const small = Array.from({ length: 10 }, () => post(SMALL_BODY_BYTES - 2));
  await held(11);
  for (const go of hold.splice(0)) go();
  expect((await Promise.all([large, ...small])).map((answer) => answer.status)).toEqual(Array(11).fill(200));
});

it('a chunked body is counted as well', async () => {
  const text = JSON.stringify('a'.repeat(120_000));
  const chunked = () => post(0, { body: new Blob([text]).stream(), duplex: 'half' } as RequestInit);
  const first = [1, 2, 3, 4].map(chunked);
  await held(4);
  expect((await chunked()).status).toBe(503);
  for (const go of hold.splice(0)) go();
  expect(await Promise.all(first.map(status))).toEqual([200, 200, 200, 200]);
});

it('what a client sent before it hung up is given back', async () => {
  const stop = new AbortController();
  let started = () => {};
  const sent = new Promise<void>((resolve) => {
    started = resolve;
  });
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(`"${'a'.repeat(120_000)}`)),
    pull: () => started(),
  });
  const gone = post(0, { body, duplex: 'half', signal: stop.signal } as RequestInit);
  await sent;
  stop.abort();
  await expect(gone).rejects.toThrow();
  await expect.poll(allIsFree).toBe(true);
});

it('a body that is announced as larger than the limit is refused for that, unread', async () => {
  expect((await post(1_100_000)).status).not.toBe(503);
  expect(await allIsFree()).toBe(true);
});
