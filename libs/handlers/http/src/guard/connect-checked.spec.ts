import type { Socket } from 'node:net';
import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadHttpConfig } from '../config/http.config.js';
import { Sink } from '../testing/sink.fixture.js';
import { CheckedConnector, Unreachable } from './connect-checked.js';
import { Destinations } from './destinations.js';
import type { ResolveHost } from './resolve-host.js';

let sink: Sink;
beforeAll(async () => {
  sink = await Sink.open('127.0.0.1');
});
afterAll(() => sink.close());

function connectorOf(options: { resolve?: ResolveHost; timeoutMs?: number; maxSockets?: number }) {
  const { resolve = async () => ['127.0.0.1'], timeoutMs = 10_000, maxSockets = 100 } = options;
  const destinations = new Destinations(loadHttpConfig({ HTTP_ALLOW: '127.0.0.1' }).allow);
  const connector = new CheckedConnector({ destinations, resolve, timeoutMs, maxSockets });
  const connect = (hostname = 'a.example') =>
    new Promise<Socket>((done, reject) => {
      connector.connect({ hostname, protocol: 'http:', port: String(sink.port) }, (...[error, socket]) => {
        if (error) reject(error);
        else done(socket);
      });
    });
  return { connector, connect };
}

it('sockets are bounded over all hosts; one that is closed makes room', async () => {
  const { connector, connect } = connectorOf({ maxSockets: 3 });
  const sockets = await Promise.all([connect('a.example'), connect('b.example'), connect('127.0.0.1')]);
  const refused = await connect('c.example').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Unreachable);
  expect((refused as Unreachable).reason).toMatchObject({ code: 'http.too-many-connections' });
  sockets[0]?.destroy();
  await waitFor(() => connector.open === 2, { what: 'the end of a connection' });
  sockets.push(await connect('c.example'));
  for (const socket of sockets) socket.destroy();
  await waitFor(() => connector.open === 0, { what: 'the end of all connections' });
});

it('a name that is not answered in time is given up, its socket not counted', async () => {
  let given: AbortSignal | undefined;
  const resolve: ResolveHost = (_host, { signal }) => {
    given = signal;
    return new Promise(() => undefined);
  };
  const { connector, connect } = connectorOf({ resolve, timeoutMs: 50 });
  const refused = await connect().catch((error: unknown) => error);
  expect((refused as Unreachable).reason).toMatchObject({ code: 'http.dns' });
  expect(given?.aborted).toBe(true);
  expect(connector.open).toBe(0);
});

it('a name without addresses cannot be reached', async () => {
  const { connect } = connectorOf({ resolve: async () => [] });
  expect(((await connect().catch((error: unknown) => error)) as Unreachable).reason).toMatchObject({
    code: 'http.dns',
  });
});

it.each(['127.0.0.2', '::1', '10.0.0.1'])(
  'the address %s itself is checked, since no name is asked for',
  async (host) => {
    const { connector, connect } = connectorOf({});
    expect(await connect(host).catch((error: unknown) => error)).toMatchObject({ code: 'http.address-refused' });
    expect(connector.open).toBe(0);
  },
);
