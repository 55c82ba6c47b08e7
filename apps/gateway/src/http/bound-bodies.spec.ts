import { isFault } from '@windlass/faults';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundBodies, SMALL_BODY_BYTES } from './bound-bodies.js';

let server: FastifyInstance;
let url: string;
/** Requests that are not answered yet. */
let hold: (() => void)[];
beforeEach(async () => {
  hold = [];
  server = fastify({ bodyLimit: 1_000_000 });
  boundBodies(server, 500_000);
  server.setErrorHandler((error, _request, reply) => {
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
/** Whether a body that needs nearly all of the room is taken. */
async function allIsFree(): Promise<boolean> {
  const before = hold.length;
  const answer = post(490_000);
  await Promise.race([answer, held(before + 1)]);
  hold.pop()?.();
  return (await answer).status === 200;
}

it('large bodies of unanswered requests are bounded together, and the next is refused by 503', async () => {
  const first = post(300_000);
  await held(1);
  const second = await post(300_000);
  expect(second.status).toBe(503);
  expect(await second.json()).toEqual({ code: 'http.overloaded' });
  hold.pop()?.();
  expect(await (await first).json()).toEqual({ length: 300_000 });
  expect(await allIsFree()).toBe(true);
});

it('small ones are not counted', async () => {
  const large = post(480_000);
  await held(1);
  const small = Array.from({ length: 10 }, () => post(SMALL_BODY_BYTES - 2));
  await held(11);
  for (const go of hold.splice(0)) go();
  expect((await Promise.all([large, ...small])).map((answer) => answer.status)).toEqual(Array(11).fill(200));
});

it('a chunked body is counted as well', async () => {
  const text = JSON.stringify('a'.repeat(300_000));
  const chunked = () => post(0, { body: new Blob([text]).stream(), duplex: 'half' } as RequestInit);
  const first = chunked();
  await held(1);
  expect((await chunked()).status).toBe(503);
  hold.pop()?.();
  expect((await first).status).toBe(200);
});

it('what a client sent before it hung up is given back', async () => {
  const stop = new AbortController();
  let started = () => {};
  const sent = new Promise<void>((resolve) => {
    started = resolve;
  });
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from(`"${'a'.repeat(300_000)}`)),
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
