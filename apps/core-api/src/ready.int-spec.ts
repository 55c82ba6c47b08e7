import { createServer } from 'node:net';
import { type Broker, createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { createLogger } from '@windlass/service-kit';
import { connectDatabase, migrate } from '@windlass/store';
import { freshDatabase, waitFor } from '@windlass/testing';
import { describe, expect, it } from 'vitest';
import { createCore } from './create-core.js';

describe('a core that starts', () => {
  it('is live before it takes requests, and ready only then', async () => {
    const database = await freshDatabase();
    await migrate(database.urls);
    const db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const port = await freePort();
    const status = (path: string) =>
      fetch(`http://127.0.0.1:${port}/health/${path}`, { signal: AbortSignal.timeout(5_000) }).then(
        (response) => response.status,
      );
    const starting = createCore(
      { leaseMs: 20_000, healthPort: port, healthHost: '127.0.0.1' },
      {
        db,
        broker: servesAfter(gate),
        runtime: systemRuntime,
        logger: createLogger({ service: 'core-api', level: 'silent' as never, format: 'json', machine: 'test' }),
      },
    );
    try {
      await waitFor(async () => (await status('live')) === 200, { what: 'the core to be live', timeoutMs: 60_000 });
      expect(await status('ready')).toBe(503);
      open();
      await starting;
      await waitFor(async () => (await status('ready')) === 200, { what: 'the core to be ready', timeoutMs: 60_000 });
    } finally {
      open();
      await (await starting).stop();
      await db.close();
      await database.drop();
    }
  }, 180_000);
});

/** A broker on which nothing is served before the gate opens. */
function servesAfter(gate: Promise<void>): Broker {
  const inner = createInProcessHub().connect();
  const serve: Broker['serve'] = async (...args) => {
    await gate;
    return inner.serve(...args);
  };
  return new Proxy(inner, {
    get: (target, name) => {
      if (name === 'serve') return serve;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
