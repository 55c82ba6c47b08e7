import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Broker, Delivery, PublishOptions } from './broker.js';

/** A broker's server, as the suite needs to handle it. */
export interface BrokerHarness {
  /** A further client, connected. */
  connect(): Promise<Broker>;
  /** Ends every client's connections; they may come back at once. */
  dropConnections(): void;
  setReachable(reachable: boolean): void;
  /** Takes out what has been dead-lettered by now. */
  takeDeadLetters(): Promise<Uint8Array[]>;
  stop(): Promise<void>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const LASTING: PublishOptions = { ttlMs: 60_000, persistent: false, timeoutMs: 5_000 };
const fault = (code: string) => expect.objectContaining({ code });

/** Waits on a state, with a deadline. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 10_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function signal() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** A handler that waits inside until it is told to go on. */
function gate() {
  const entered = signal();
  const opened = signal();
  const pass = async (body: Uint8Array) => {
    entered.resolve();
    await opened.promise;
    return body;
  };
  return { pass, entered: entered.promise, open: opened.resolve };
}

/** What every broker adapter must keep. */
export function brokerConformance(name: string, makeHub: () => Promise<BrokerHarness>): void {
  describe(name, () => {
    let hub: BrokerHarness;
    let brokers: Broker[] = [];
    let serial = 0;

    const connect = async () => {
      const broker = await hub.connect();
      brokers.push(broker);
      return broker;
    };
    /** A name that no other test uses. */
    const fresh = () => `t${++serial}-${randomBytes(3).toString('hex')}`;
    const declared = async (broker: Broker) => {
      const queue = fresh();
      await broker.declareQueue(queue);
      return queue;
    };

    beforeAll(async () => {
      hub = await makeHub();
    }, 60_000);
    afterEach(async () => {
      hub.setReachable(true);
      await Promise.all(brokers.map((broker) => broker.close()));
      brokers = [];
    });
    afterAll(() => hub?.stop());

    describe('job queues', () => {
      test('a message that a queue took is routed, one that no queue took is unroutable', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        expect(await broker.publish(queue, bytes('a'), LASTING)).toBe('routed');
        expect(await broker.publish(fresh(), bytes('a'), LASTING)).toBe('unroutable');
      });

      test('outcomes of concurrent publishes are not mixed up', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        const nowhere = fresh();
        const outcomes = await Promise.all(
          Array.from({ length: 500 }, (_, i) => broker.publish(i % 3 ? queue : nowhere, bytes(`${i}`), LASTING)),
        );
        expect(outcomes).toEqual(outcomes.map((_, i) => (i % 3 ? 'routed' : 'unroutable')));
      });

      test('created is true exactly when the queue did not exist', async () => {
        const broker = await connect();
        const queue = fresh();
        expect(await broker.declareQueue(queue)).toEqual({ created: true });
        expect(await broker.declareQueue(queue)).toEqual({ created: false });
        await broker.deleteQueue(queue);
        await broker.deleteQueue(queue);
        expect(await broker.declareQueue(queue)).toEqual({ created: true });
      });

      test('a consumer of a missing queue says so, and consumes once it is there, also after a deletion', async () => {
        const broker = await connect();
        const queue = fresh();
        let missing = 0;
        const got: string[] = [];
        await broker.consume(queue, { prefetch: 5, onMissing: () => missing++ }, (delivery) => {
          got.push(text(delivery.body));
          delivery.ack();
        });
        expect(missing).toBe(1);
        await broker.declareQueue(queue);
        await broker.publish(queue, bytes('first'), LASTING);
        await until(() => got.length === 1);
        await broker.deleteQueue(queue);
        await until(() => missing >= 2);
        await broker.declareQueue(queue);
        await broker.publish(queue, bytes('second'), LASTING);
        await until(() => got.length === 2);
        expect(got).toEqual(['first', 'second']);
      });

      test('a queue that stays missing is reported again, at most every second', async () => {
        const broker = await connect();
        const atMs: number[] = [];
        await broker.consume(fresh(), { prefetch: 1, onMissing: () => atMs.push(performance.now()) }, () => undefined);
        await until(() => atMs.length === 3);
        expect(atMs[1]! - atMs[0]!).toBeGreaterThan(950);
        expect(atMs[2]! - atMs[1]!).toBeGreaterThan(950);
      });

      test('at most prefetch messages are in hand', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        await Promise.all(Array.from({ length: 20 }, (_, i) => broker.publish(queue, bytes(`${i}`), LASTING)));
        const inHand = new Set<Delivery>();
        let most = 0;
        let all = 0;
        await broker.consume(queue, { prefetch: 3 }, (delivery) => {
          inHand.add(delivery);
          most = Math.max(most, inHand.size);
          all += 1;
        });
        await until(() => inHand.size === 3);
        while (all < 20) {
          const before = all;
          await broker.ping(5_000);
          expect(all).toBe(before);
          const [delivery] = inHand;
          inHand.delete(delivery!);
          delivery!.ack();
          await until(() => all > before);
        }
        expect(most).toBe(3);
      });

      test('what is in hand at a cancel goes to another consumer, marked as redelivered; a late ack changes nothing', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        await Promise.all(Array.from({ length: 5 }, (_, i) => broker.publish(queue, bytes(`${i}`), LASTING)));
        const held: Delivery[] = [];
        const subscription = await broker.consume(queue, { prefetch: 5 }, (delivery) => held.push(delivery));
        await until(() => held.length === 5);
        expect(held.map((delivery) => delivery.redelivered)).toEqual(Array(5).fill(false));
        await subscription.cancel();
        await subscription.cancel();
        for (const delivery of held) delivery.ack();
        const again: Delivery[] = [];
        await broker.consume(queue, { prefetch: 10 }, (delivery) => again.push(delivery));
        await until(() => again.length === 5);
        expect(again.map((delivery) => text(delivery.body)).sort()).toEqual(['0', '1', '2', '3', '4']);
        expect(again.map((delivery) => delivery.redelivered)).toEqual(Array(5).fill(true));
      });

      test('messages settled in any order are settled each as was said', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        await hub.takeDeadLetters();
        for (let i = 0; i < 8; i++) await broker.publish(queue, bytes(`${i}`), LASTING);
        const held: Delivery[] = [];
        const subscription = await broker.consume(queue, { prefetch: 8 }, (delivery) => held.push(delivery));
        await until(() => held.length === 8);
        // 2 and 5 stay in hand, 3 is dead, the rest is done; in one turn, so that they may travel together.
        for (const i of [7, 0, 4, 1, 6]) held[i]!.ack();
        held[3]!.deadLetter();
        await subscription.cancel();
        const again: string[] = [];
        await broker.consume(queue, { prefetch: 10 }, (delivery) => again.push(text(delivery.body)));
        const dead: string[] = [];
        await until(async () => dead.push(...(await hub.takeDeadLetters()).map(text)) > 0 && again.length >= 2);
        await broker.ping(5_000);
        expect([again.sort(), dead]).toEqual([['2', '5'], ['3']]);
      });

      test('a message given back is the next one delivered', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        for (const body of ['a', 'b']) await broker.publish(queue, bytes(body), LASTING);
        const seen: string[] = [];
        await broker.consume(queue, { prefetch: 1 }, (delivery) => {
          seen.push(`${text(delivery.body)}${delivery.redelivered ? ' again' : ''}`);
          if (seen.length === 1) {
            delivery.requeue();
            // Settled once is settled: neither may change anything.
            delivery.ack();
            delivery.deadLetter();
          } else delivery.ack();
        });
        await until(() => seen.length === 3);
        expect(seen).toEqual(['a', 'a again', 'b']);
      });

      test('a message is dropped when its time in the queue is over, and is no dead letter', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        await hub.takeDeadLetters();
        await broker.publish(queue, bytes('short'), { ...LASTING, ttlMs: 50 });
        await broker.publish(queue, bytes('long'), LASTING);
        const publishedMs = performance.now();
        await until(() => performance.now() > publishedMs + 200);
        const got: string[] = [];
        await broker.consume(queue, { prefetch: 5 }, (delivery) => {
          got.push(text(delivery.body));
          if (text(delivery.body) === 'long') delivery.deadLetter();
        });
        await until(() => got.length > 0);
        const dead: string[] = [];
        await until(async () => dead.push(...(await hub.takeDeadLetters()).map(text)) > 0);
        expect(got).toEqual(['long']);
        expect(dead).toEqual(['long']);
      });

      test('a message over which the consumer throws is a dead letter, and the next ones are delivered', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        await hub.takeDeadLetters();
        const got: string[] = [];
        await broker.consume(queue, { prefetch: 1 }, (delivery) => {
          if (text(delivery.body) === 'bad') throw new Error('unreadable');
          got.push(text(delivery.body));
          delivery.ack();
        });
        for (const body of ['bad', 'good']) await broker.publish(queue, bytes(body), LASTING);
        await until(() => got.length === 1);
        const dead: string[] = [];
        await until(async () => dead.push(...(await hub.takeDeadLetters()).map(text)) > 0);
        expect([got, dead]).toEqual([['good'], ['bad']]);
      });

      test('bodies arrive byte for byte: every byte value, nothing, and 1 MiB', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        const sent = [Uint8Array.from({ length: 256 }, (_, i) => i), new Uint8Array(0), randomBytes(1024 * 1024)];
        const got: Uint8Array[] = [];
        await broker.consume(queue, { prefetch: 5 }, (delivery) => {
          got.push(delivery.body);
          delivery.ack();
        });
        for (const body of sent)
          expect(await broker.publish(queue, body, { ...LASTING, persistent: true })).toBe('routed');
        await until(() => got.length === 3);
        for (const [i, body] of sent.entries()) expect(Buffer.compare(got[i]!, body)).toBe(0);
      });

      test('a body over the bound is refused without harm to its neighbours', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        const outcomes = await Promise.allSettled([
          broker.publish(queue, bytes('a'), LASTING),
          broker.publish(queue, new Uint8Array(16 * 1024 * 1024 + 1), LASTING),
          broker.publish(queue, bytes('b'), LASTING),
        ]);
        expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      });
    });

    describe('requests', () => {
      test('an answer reaches its requester byte for byte', async () => {
        const [client, server] = [await connect(), await connect()];
        const service = fresh();
        await server.serve(service, { concurrency: 4 }, async (body) => body.toReversed());
        for (const body of [
          Uint8Array.from({ length: 256 }, (_, i) => i),
          new Uint8Array(0),
          randomBytes(1024 * 1024),
        ]) {
          const answer = await client.request(service, body, { timeoutMs: 5_000 });
          expect(Buffer.compare(answer, body.toReversed())).toBe(0);
        }
      });

      test('a request that nobody serves is refused at once', async () => {
        const broker = await connect();
        const startedMs = performance.now();
        await expect(broker.request(fresh(), bytes('?'), { timeoutMs: 30_000 })).rejects.toEqual(
          fault('broker.unavailable'),
        );
        const service = fresh();
        const server = await broker.serve(service, { concurrency: 1 }, async (body) => body);
        await broker.request(service, bytes('?'), { timeoutMs: 5_000 });
        await server.cancel();
        await expect(broker.request(service, bytes('?'), { timeoutMs: 30_000 })).rejects.toEqual(
          fault('broker.unavailable'),
        );
        expect(performance.now() - startedMs).toBeLessThan(10_000);
      });

      test('an unanswered request times out, and its late answer disturbs nobody', async () => {
        const broker = await connect();
        const service = fresh();
        const work = gate();
        await broker.serve(service, { concurrency: 4 }, async (body) =>
          text(body) === 'slow' ? work.pass(body) : body,
        );
        await expect(broker.request(service, bytes('slow'), { timeoutMs: 100 })).rejects.toEqual(
          fault('broker.timeout'),
        );
        work.open();
        expect(text(await broker.request(service, bytes('next'), { timeoutMs: 5_000 }))).toBe('next');
      });

      test('a handler that rejects leaves its request to time out, and is heard of', async () => {
        const broker = await connect();
        const service = fresh();
        const errors: unknown[] = [];
        await broker.serve(service, { concurrency: 1, onError: (error) => errors.push(error) }, async (body) => {
          if (text(body) === 'bad') throw new Error('oh');
          return body;
        });
        await expect(broker.request(service, bytes('bad'), { timeoutMs: 200 })).rejects.toEqual(
          fault('broker.timeout'),
        );
        expect(errors).toEqual([new Error('oh')]);
        expect(text(await broker.request(service, bytes('good'), { timeoutMs: 5_000 }))).toBe('good');
      });

      test('1,000 requests at a time each get their own answer', async () => {
        const [client, server] = [await connect(), await connect()];
        const service = fresh();
        await server.serve(service, { concurrency: 50 }, async (body) => bytes(`re ${text(body)}`));
        const answers = await Promise.all(
          Array.from({ length: 1_000 }, (_, i) => client.request(service, bytes(`${i}`), { timeoutMs: 20_000 })),
        );
        expect(answers.map(text)).toEqual(Array.from({ length: 1_000 }, (_, i) => `re ${i}`));
      });

      test('a server runs at most concurrency handlers at a time, and uses them', async () => {
        const broker = await connect();
        const service = fresh();
        let running = 0;
        let most = 0;
        await broker.serve(service, { concurrency: 3 }, async (body) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 10));
          running -= 1;
          return body;
        });
        await Promise.all(Array.from({ length: 30 }, () => broker.request(service, bytes('x'), { timeoutMs: 10_000 })));
        expect(most).toBe(3);
      });

      test('a server that stops answers what it has begun', async () => {
        const broker = await connect();
        const service = fresh();
        const work = gate();
        const server = await broker.serve(service, { concurrency: 1 }, (body) => work.pass(body));
        const answer = broker.request(service, bytes('x'), { timeoutMs: 10_000 });
        await work.entered;
        const stopped = server.cancel();
        work.open();
        expect(text(await answer)).toBe('x');
        await stopped;
      });
    });

    describe('broadcasts', () => {
      test('everyone who listens hears it once, who has stopped does not', async () => {
        const [here, there] = [await connect(), await connect()];
        const topic = fresh();
        const heard: string[] = [];
        const gone = await here.listen(topic, (body) => heard.push(`gone ${text(body)}`));
        await here.listen(topic, (body) => heard.push(`here ${text(body)}`));
        await there.listen(topic, (body) => heard.push(`there ${text(body)}`));
        await gone.cancel();
        await here.broadcast(fresh(), bytes('to nobody'));
        await here.broadcast(topic, bytes('1'));
        await here.broadcast(topic, bytes('2'));
        await until(() => heard.length >= 4);
        expect(heard.sort()).toEqual(['here 1', 'here 2', 'there 1', 'there 2']);
      });
    });

    describe('loss of the broker', () => {
      test('consumers, servers and listeners come back by themselves', async () => {
        const broker = await connect();
        const [queue, service, topic] = [await declared(broker), fresh(), fresh()];
        const got: string[] = [];
        const held: Delivery[] = [];
        await broker.consume(queue, { prefetch: 2 }, (delivery) => {
          if (text(delivery.body) === 'held' && !delivery.redelivered) return void held.push(delivery);
          got.push(`job ${text(delivery.body)}`);
          delivery.ack();
        });
        await broker.serve(service, { concurrency: 2 }, async (body) => body);
        await broker.listen(topic, (body) => got.push(`heard ${text(body)}`));
        await broker.publish(queue, bytes('held'), LASTING);
        await until(() => held.length === 1);
        for (let round = 0; round < 3; round++) {
          const states: string[] = [];
          const stop = broker.onState((state) => states.push(state));
          hub.dropConnections();
          await until(() => states.includes('down') && broker.state === 'up');
          stop();
          held[0]!.ack();
          await until(() => got.includes('job held'));
          got.length = 0;
          await broker.publish(queue, bytes('1'), LASTING);
          await broker.broadcast(topic, bytes('2'));
          expect(text(await broker.request(service, bytes('3'), { timeoutMs: 5_000 }))).toBe('3');
          await until(() => got.length >= 2);
          expect(got.sort()).toEqual(['heard 2', 'job 1']);
          got.push('job held');
        }
      });

      test('while it is away every call is refused at once', async () => {
        const broker = await connect();
        const queue = await declared(broker);
        hub.setReachable(false);
        await until(() => broker.state === 'down');
        const startedMs = performance.now();
        for (const call of [
          () => broker.publish(queue, bytes('x'), { ...LASTING, timeoutMs: 30_000 }),
          () => broker.request('any', bytes('x'), { timeoutMs: 30_000 }),
          () => broker.broadcast('any', bytes('x')),
          () => broker.declareQueue(queue),
          () => broker.deleteQueue(queue),
          () => broker.ping(30_000),
        ]) {
          await expect(call()).rejects.toEqual(fault('broker.unavailable'));
        }
        expect(performance.now() - startedMs).toBeLessThan(1_000);
        hub.setReachable(true);
        await until(() => broker.state === 'up');
        await broker.ping(5_000);
        const got: string[] = [];
        await broker.publish(queue, bytes('after'), LASTING);
        await broker.consume(queue, { prefetch: 5 }, (delivery) => got.push(text(delivery.body)));
        await until(() => got.length > 0);
        expect(got).toEqual(['after']);
      });

      test('what is asked for while it is away begins when it is back', async () => {
        const broker = await connect();
        const [queue, service] = [await declared(broker), fresh()];
        hub.setReachable(false);
        await until(() => broker.state === 'down');
        const got: string[] = [];
        await broker.consume(queue, { prefetch: 1 }, (delivery) => got.push(text(delivery.body)));
        await broker.serve(service, { concurrency: 1 }, async (body) => body);
        hub.setReachable(true);
        await until(() => broker.state === 'up');
        await broker.publish(queue, bytes('a'), LASTING);
        expect(text(await broker.request(service, bytes('b'), { timeoutMs: 5_000 }))).toBe('b');
        await until(() => got.length === 1);
      });

      test('a request under way when the connection is lost has an unknown outcome', async () => {
        const broker = await connect();
        const service = fresh();
        const work = gate();
        await broker.serve(service, { concurrency: 1 }, (body) => work.pass(body));
        const answer = broker.request(service, bytes('x'), { timeoutMs: 30_000 });
        const refused = expect(answer).rejects.toEqual(fault('broker.timeout'));
        await work.entered;
        hub.setReachable(false);
        await refused;
        work.open();
      });
    });

    describe('close', () => {
      test('gives back what is in hand, may be repeated, and ends every use', async () => {
        const [leaving, staying] = [await connect(), await connect()];
        const queue = await declared(staying);
        await staying.publish(queue, bytes('x'), LASTING);
        const held: Delivery[] = [];
        await leaving.consume(queue, { prefetch: 1 }, (delivery) => held.push(delivery));
        await until(() => held.length === 1);
        await Promise.all([leaving.close(), leaving.close()]);
        await leaving.close();
        expect(leaving.state).toBe('down');
        held[0]!.ack();
        const got: Delivery[] = [];
        await staying.consume(queue, { prefetch: 1 }, (delivery) => got.push(delivery));
        await until(() => got.length === 1);
        expect(got[0]!.redelivered).toBe(true);
        await expect(leaving.publish(queue, bytes('x'), LASTING)).rejects.toEqual(fault('broker.unavailable'));
        await expect(leaving.request('any', bytes('x'), { timeoutMs: 1_000 })).rejects.toEqual(
          fault('broker.unavailable'),
        );
        await expect(leaving.consume(queue, { prefetch: 1 }, () => undefined)).rejects.toEqual(
          fault('broker.unavailable'),
        );
      });
    });
  });
}
