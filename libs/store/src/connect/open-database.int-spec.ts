import { systemRuntime } from '@windlass/clock';
import { type FreshDatabase, freshDatabase, TcpProxy, waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../migrations/migrate.js';
import { openConnections } from './open-connections.js';
import { openDatabase } from './open-database.js';

describe('the database of a service that starts', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
  });
  afterAll(async () => {
    await database?.drop();
  });

  const open = ({ warm = false, engineUrl = database.urls.engineUrl } = {}) =>
    openDatabase(
      { databaseUrl: engineUrl, databaseReaderUrl: database.urls.readerUrl, databaseConnections: 20 },
      { service: 'test', runtime: systemRuntime, warn: () => {}, warm },
    );

  it('is warm before the service takes its first request, where that is asked for', async () => {
    const [cold, warm] = [await open(), await open({ warm: true })];
    try {
      expect(cold.engine.totalCount).toBe(1);
      expect(warm.engine.totalCount).toBe(warm.engine.options.max);
      expect(warm.engine.idleCount).toBe(warm.engine.options.max);
    } finally {
      await Promise.all([cold.close(), warm.close()]);
    }
  });

  it.each(['refuses', 'is silent'])('keeps no service from starting while the server %s', async (how) => {
    const { hostname, port } = new URL(database.url);
    const proxy = await TcpProxy.open({ host: hostname, port: Number(port) });
    const engineUrl = Object.assign(new URL(database.urls.engineUrl), { hostname: '127.0.0.1', port: proxy.port }).href;
    const db = await open({ engineUrl });
    try {
      if (how === 'refuses') proxy.setReachable(false);
      else proxy.setFrozen(true);
      await openConnections(db.engine);
      // One was open already, and its loss may be found later.
      expect(db.engine.idleCount).toBeLessThanOrEqual(1);
      proxy.setReachable(true);
      proxy.setFrozen(false);
      // Those given up leave their places a moment later.
      await waitFor(() => openConnections(db.engine).then(() => db.engine.idleCount === db.engine.options.max), {
        what: 'all connections',
      });
    } finally {
      await db.close();
      await proxy.close();
    }
  });
});
