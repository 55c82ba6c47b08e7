import { ManualRuntime } from '@windlass/clock';
import { expect, test } from 'vitest';
import type { Delivery, PublishOptions } from '../broker.js';
import { createInProcessHub } from './in-process-hub.js';

const LASTING: PublishOptions = { ttlMs: 60_000, persistent: false, timeoutMs: 5_000 };
const body = Buffer.from('x');

test('a wiped hub has lost queues and messages; consumers find theirs missing, servers and listeners are back', async () => {
  const runtime = new ManualRuntime();
  const hub = createInProcessHub({ runtime });
  const broker = hub.connect();
  const got: Delivery[] = [];
  const heard: Uint8Array[] = [];
  let missing = 0;
  await broker.declareQueue('q');
  await broker.consume('q', { prefetch: 1, onMissing: () => missing++ }, (delivery) => got.push(delivery));
  await broker.serve('s', { concurrency: 1 }, async (request) => request);
  await broker.listen('t', (message) => heard.push(message));
  for (let i = 0; i < 3; i++) await broker.publish('q', body, LASTING);
  await runtime.advance(0);
  expect(got.length).toBe(1);

  hub.wipe();
  expect(missing).toBe(1);
  expect(await broker.publish('q', body, LASTING)).toBe('unroutable');
  expect(await broker.declareQueue('q')).toEqual({ created: true });
  got[0]!.requeue();
  await runtime.advance(0);
  expect(got.length).toBe(1);
  await broker.publish('q', body, LASTING);
  await broker.broadcast('t', body);
  expect(await broker.request('s', body, { timeoutMs: 1_000 })).toEqual(body);
  await runtime.advance(0);
  expect([got.length, heard.length]).toEqual([2, 1]);
});

test('all its time is the runtime’s: expiry, timeouts and the pace of a missing queue', async () => {
  const runtime = new ManualRuntime();
  const broker = createInProcessHub({ runtime }).connect();
  let missing = 0;
  await broker.consume('absent', { prefetch: 1, onMissing: () => missing++ }, () => undefined);
  await runtime.advance(3_500);
  expect(missing).toBe(4);

  await broker.serve('s', { concurrency: 1 }, () => new Promise(() => undefined));
  const refused = expect(broker.request('s', body, { timeoutMs: 60_000 })).rejects.toMatchObject({
    code: 'broker.timeout',
  });
  await broker.declareQueue('q');
  await broker.publish('q', body, { ...LASTING, ttlMs: 59_000 });
  await runtime.advance(60_005);
  await refused;
  let got = 0;
  await broker.consume('q', { prefetch: 1 }, () => got++);
  await runtime.advance(0);
  expect(got).toBe(0);
});

test('a receiver’s bytes are its own: what the sender changes later does not reach it', async () => {
  const broker = createInProcessHub().connect();
  const sent = Buffer.from('before');
  const got: string[] = [];
  await broker.declareQueue('q');
  await broker.publish('q', sent, LASTING);
  await broker.serve('s', { concurrency: 1 }, async (request) => request);
  const answer = await broker.request('s', sent, { timeoutMs: 1_000 });
  sent.fill('z');
  await broker.consume('q', { prefetch: 1 }, (delivery) => got.push(String(delivery.body)));
  await new Promise((resolve) => setImmediate(resolve));
  expect([got, String(answer)]).toEqual([['before'], 'before']);
});

test('a client whose connection is cut loses what it holds to others, and its late answer reaches nobody', async () => {
  const runtime = new ManualRuntime();
  const hub = createInProcessHub({ runtime });
  const [cut, other, asker] = [hub.connect(), hub.connect(), hub.connect()];
  const answers: ((body: Uint8Array) => void)[] = [];
  const held: Delivery[] = [];
  const taken: Delivery[] = [];
  await cut.declareQueue('q');
  await cut.consume('q', { prefetch: 1 }, (delivery) => held.push(delivery));
  await asker.publish('q', body, LASTING);
  await cut.serve('s', { concurrency: 1 }, () => new Promise((resolve) => answers.push(resolve)));
  const asked = asker.request('s', body, { timeoutMs: 1_000 });
  await runtime.advance(0);
  await other.consume('q', { prefetch: 1 }, (delivery) => taken.push(delivery));
  await other.serve('s', { concurrency: 1 }, async () => Buffer.from('other'));

  hub.sever(cut);
  answers[0]!(Buffer.from('late'));
  expect(await asked).toEqual(Buffer.from('other'));
  await runtime.advance(0);
  expect([held.length, taken.length, taken[0]!.redelivered]).toEqual([1, 1, true]);
  expect(cut.state).toBe('down');
  await expect(cut.publish('q', body, LASTING)).rejects.toMatchObject({ code: 'broker.unavailable' });

  hub.restore(cut);
  expect(await cut.publish('q', body, LASTING)).toBe('routed');
  await runtime.advance(0);
  expect(held.length).toBe(2);
});
