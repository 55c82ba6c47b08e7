import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type BrokersUnderTest, bytes, fault, gate, text } from './brokers-under-test.fixture.js';

/** What a requester and a server owe each other. */
export function requestConformance(under: BrokersUnderTest): void {
  const { connect, fresh } = under;

  describe('requests', () => {
    test('an answer reaches its requester byte for byte', async () => {
      const [client, server] = [await connect(), await connect()];
      const service = fresh();
      await server.serve(service, { concurrency: 4 }, async (body) => body.toReversed());
      for (const body of [Uint8Array.from({ length: 256 }, (_, i) => i), new Uint8Array(0), randomBytes(1024 * 1024)]) {
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
      await broker.serve(service, { concurrency: 4 }, async (body) => (text(body) === 'slow' ? work.pass(body) : body));
      await expect(broker.request(service, bytes('slow'), { timeoutMs: 100 })).rejects.toEqual(fault('broker.timeout'));
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
      await expect(broker.request(service, bytes('bad'), { timeoutMs: 200 })).rejects.toEqual(fault('broker.timeout'));
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
}
