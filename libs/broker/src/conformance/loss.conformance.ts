import { describe, expect, test } from 'vitest';
import type { Delivery } from '../broker.js';
import { type BrokersUnderTest, bytes, fault, gate, LASTING, text, until } from './brokers-under-test.fixture.js';

/** What is kept, refused and taken up again when the broker, or a client of it, goes. */
export function lossConformance(under: BrokersUnderTest): void {
  const { connect, declared, fresh } = under;

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
        under.hub.dropConnections();
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
      under.hub.setReachable(false);
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
      under.hub.setReachable(true);
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
      under.hub.setReachable(false);
      await until(() => broker.state === 'down');
      const got: string[] = [];
      await broker.consume(queue, { prefetch: 1 }, (delivery) => got.push(text(delivery.body)));
      await broker.serve(service, { concurrency: 1 }, async (body) => body);
      under.hub.setReachable(true);
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
      under.hub.setReachable(false);
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
}
