import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { ManualRuntime } from '@windlass/clock';
import { fault } from '@windlass/faults';
import { createLogger } from '@windlass/service-kit';
import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenRecheck } from '../auth/recheck-token.js';
import type { ApiKeyVerifier } from '../auth/verify-api-key.js';
import { LoadBounds } from '../http/bound-load.js';
import type { StreamEvent } from '../http/event-stream.js';
import { StopSignal } from '../http/stop-signal.js';
import { StreamReader } from '../testing/read-stream.fixture.js';
import { JobFollower } from './follow-job.js';

let runtime: ManualRuntime;
let server: FastifyInstance;
let url: string;
let stopping: StopSignal;
let raw: ServerResponse;
/** What the source answers to each read, and what it was asked. */
let next: (waitMs: number) => Promise<{ events: StreamEvent[]; ended: boolean }>;
let reads: number[];
let expiresAtMs: number;

beforeEach(async () => {
  runtime = new ManualRuntime();
  stopping = new StopSignal();
  reads = [];
  expiresAtMs = Number.POSITIVE_INFINITY;
  const destination = { write: () => undefined };
  const logger = createLogger({ service: 'test', level: 'error', format: 'json', machine: 'm', destination });
  const limits = { maxInFlight: 9, maxInFlightPerTenant: 9, maxStreams: 9, maxStreamsPerTenant: 9, rpcTimeoutMs: 9 };
  const load = new LoadBounds(limits, runtime);
  const tokens = new TokenRecheck({} as ApiKeyVerifier, runtime);
  const follower = new JobFollower(load, tokens, stopping, runtime, logger);
  server = fastify({ forceCloseConnections: true });
  server.get('/', async (request, reply) => {
    raw = reply.raw;
    request.principal = { subject: 's', tenantId: 'acme', scopes: new Set(), expiresAtMs };
    await follower.follow(request, reply, {
      next: (waitMs) => {
        reads.push(waitMs);
        return next(waitMs);
      },
    });
  });
  url = await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  stopping.fire();
  await server.close();
});

const nothing = { events: [], ended: false };
const line = (text: string): StreamEvent => ({ event: 'log', id: text, data: text });
const open = async () => new StreamReader(await fetch(url));
const never = () => new Promise<never>(() => undefined);
/** Moves time on in small steps, so that what happens on the way is seen by the socket. */
async function pass(ms: number): Promise<void> {
  for (let step = 0; step < ms; step += 500) await runtime.advance(500);
}

it('a comment goes out every 15 s while there is nothing to tell', async () => {
  next = (waitMs) => (waitMs === 0 ? Promise.resolve(nothing) : never());
  const stream = await open();
  await expect.poll(() => reads).toEqual([0, 5_000]);
  const comments = () => stream.seen.filter((event) => event.comment !== undefined).length;
  for (let beat = 1; beat <= 3; beat += 1) {
    await pass(14_500);
    expect(comments()).toBe(beat - 1);
    await pass(500);
    await expect.poll(comments).toBe(beat);
  }
});

it('asks with a wait of at most what is left of the token, and ends with it', async () => {
  expiresAtMs = runtime.now() + 4_000;
  next = async (waitMs) => {
    if (waitMs > 0) await runtime.sleep(waitMs);
    return nothing;
  };
  const stream = await open();
  await expect.poll(() => reads).toEqual([0, 4_000]);
  await pass(4_500);
  await stream.ended;
  expect(stream.events).toMatchObject([{ event: 'error', data: { code: 'auth.token-invalid' } }]);
});

it('is not asked in a circle when the other side answers at once without news', async () => {
  next = async () => nothing;
  const stream = await open();
  await pass(5_000);
  expect(reads.length).toBeGreaterThan(5);
  expect(reads.length).toBeLessThan(25);
  await stream.close();
});

describe('while core is away', () => {
  it('tries again quietly for half a minute, then says so and ends', async () => {
    next = async (waitMs) => {
      if (waitMs === 0 && reads.length === 1) return nothing;
      throw fault('broker.circuit-open');
    };
    const stream = await open();
    await pass(29_000);
    expect(stream.events).toEqual([]);
    expect(reads.length).toBeGreaterThan(20);
    // After a failure without a wait, so that the first answer ends the outage.
    expect(new Set(reads.slice(2))).toEqual(new Set([0]));
    await pass(3_000);
    await stream.ended;
    expect(stream.events).toMatchObject([{ event: 'error', data: { code: 'broker.circuit-open', status: 503 } }]);
  });

  it('counts each outage anew', async () => {
    let down = false;
    next = async (waitMs) => {
      if (down) throw fault('broker.timeout');
      if (waitMs > 0) await runtime.sleep(1_000);
      return nothing;
    };
    const stream = await open();
    for (let outage = 0; outage < 3; outage += 1) {
      await pass(5_000);
      down = true;
      await pass(20_000);
      down = false;
    }
    await pass(2_000);
    expect(stream.events).toEqual([]);
    await stream.close();
  });
});

describe('a client that does not read', () => {
  it('makes the gateway hold no more than one event beyond the socket, and is given up after 30 s', async () => {
    const event = { event: 'log', id: '1', data: 'x'.repeat(8_000) };
    next = async () => ({ events: Array.from({ length: 100 }, () => event), ended: false });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    socket.pause();
    // The kernel takes some megabytes first; then nothing moves any more.
    let before = -1;
    const stuck = () => {
      const same = before === reads.length && raw?.writableNeedDrain;
      before = reads.length;
      return same;
    };
    await expect.poll(stuck, { interval: 100, timeout: 10_000 }).toBe(true);
    expect(raw.writableLength).toBeLessThan(raw.writableHighWaterMark + 10_000);
    const readsThen = reads.length;
    await runtime.advance(29_000);
    expect(raw.destroyed).toBe(false);
    await runtime.advance(1_000);
    expect(raw.destroyed).toBe(true);
    expect(reads.length).toBe(readsThen);
    socket.destroy();
  });

  it('goes on once it has drained, without a gap', async () => {
    let page = 0;
    next = async () => {
      page += 1;
      const events = Array.from({ length: 50 }, (_, n) => line(`${page}.${n} ${'x'.repeat(8_000)}`));
      return { events, ended: page === 40 };
    };
    const stream = await open();
    await stream.ended;
    const ids = stream.events.map((event) => event.id?.split(' ')[0]).slice(0, -1);
    expect(ids).toEqual(Array.from({ length: 2_000 }, (_, n) => `${Math.floor(n / 50) + 1}.${n % 50}`));
    expect(stream.events.at(-1)?.event).toBe('end');
  });
});

it('a client that goes ends its stream: nothing is asked for it any more', async () => {
  let answer = (_page: typeof nothing) => {};
  next = (waitMs) =>
    waitMs === 0
      ? Promise.resolve(nothing)
      : new Promise((resolve) => {
          answer = resolve;
        });
  const stream = await open();
  await expect.poll(() => reads.length).toBe(2);
  await stream.close();
  await expect.poll(() => raw.destroyed).toBe(true);
  answer(nothing);
  await pass(60_000);
  expect(reads.length).toBe(2);
});
