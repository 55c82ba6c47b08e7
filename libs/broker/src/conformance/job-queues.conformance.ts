import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../broker.js';
import { type BrokersUnderTest, bytes, LASTING, text, until } from './brokers-under-test.fixture.js';

/** What becomes of a message between its publication and its settlement. */
export function jobQueueConformance(under: BrokersUnderTest): void {
  const { connect, declared, fresh } = under;

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
      await under.hub.takeDeadLetters();
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
      await until(async () => dead.push(...(await under.hub.takeDeadLetters()).map(text)) > 0 && again.length >= 2);
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
      await under.hub.takeDeadLetters();
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
      await until(async () => dead.push(...(await under.hub.takeDeadLetters()).map(text)) > 0);
      expect(got).toEqual(['long']);
      expect(dead).toEqual(['long']);
    });

    test('a message over which the consumer throws is a dead letter, and the next ones are delivered', async () => {
      const broker = await connect();
      const queue = await declared(broker);
      await under.hub.takeDeadLetters();
      const got: string[] = [];
      await broker.consume(queue, { prefetch: 1 }, (delivery) => {
        if (text(delivery.body) === 'bad') throw new Error('unreadable');
        got.push(text(delivery.body));
        delivery.ack();
      });
      for (const body of ['bad', 'good']) await broker.publish(queue, bytes(body), LASTING);
      await until(() => got.length === 1);
      const dead: string[] = [];
      await until(async () => dead.push(...(await under.hub.takeDeadLetters()).map(text)) > 0);
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
}
