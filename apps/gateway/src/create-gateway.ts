import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Runtime } from '@windlass/clock';
import { HealthState, NestLogger, type RunningService } from '@windlass/service-kit';
import type { FastifyInstance } from 'fastify';
import { BearerGuard } from './auth/bearer.guard.js';
import type { GatewayConfig } from './config/gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import type { GatewayPorts } from './gateway-ports.js';
import { boundBodies } from './http/bound-bodies.js';
import { LoadBounds } from './http/bound-load.js';
import { createAdapter } from './http/create-adapter.js';
import { RouteTable } from './http/route-table.js';
import { serveDocs } from './http/serve-docs.js';
import { StopSignal } from './http/stop-signal.js';

/** How often a stopping gateway looks for connections that have fallen idle: they would hold it for their keep-alive. */
const IDLE_SWEEP_MS = 50;
/** So long a stopping gateway takes what still comes: clients and balancers learn of it by an answer, not by a broken connection. */
const LINGER_MS = 300;

export interface RunningGateway extends RunningService {
  readonly url: string;
  /** Every route that the server knows, for tests of the document. */
  readonly routes: RouteTable;
}

/** Boots the REST entry point. It serves, with 503, also while broker, core or storage are away. */
export async function createGateway(config: GatewayConfig, ports: GatewayPorts): Promise<RunningGateway> {
  const { app, routes } = await buildGateway(config, ports);
  try {
    serveDocs(app);
    await app.listen(config.port, config.host);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  const server = app.getHttpServer() as Server;
  const silent = noteSilent(server);
  const url = `http://${reachable(config.host)}:${(server.address() as AddressInfo).port}`;
  ports.logger.info({ operation: 'listen', url }, 'gateway listens');
  let stopping: Promise<void> | undefined;
  return {
    name: 'gateway',
    url,
    routes,
    stop: () => {
      stopping ??= stop(app, { server, silent, runtime: ports.runtime });
      return stopping;
    },
  };
}

/** Everything between a request and core, without a socket and without the documents: `app.inject` asks it once `app.init()` is done. */
export async function buildGateway(
  config: GatewayConfig,
  ports: GatewayPorts,
): Promise<{ app: NestFastifyApplication; routes: RouteTable }> {
  const routes = new RouteTable();
  const load = new LoadBounds(config, ports.runtime);
  const adapter = createAdapter(config, ports, routes, load);
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.forRoot(config, ports, routes, load),
    adapter,
    {
      logger: new NestLogger(ports.logger.child({ operation: 'nest' })),
      // Ours are registered with the adapter.
      bodyParser: false,
      abortOnError: false,
    },
  );
  const guard = app.get(BearerGuard);
  boundBodies(app.getHttpAdapter().getInstance() as unknown as FastifyInstance, {
    runtime: ports.runtime,
    identify: (request, reply) => guard.identify(request, reply),
    unknownRoute: (request) => routes.faultFor(request.method, request.url),
  });
  return { app, routes };
}

/** Connections on which nothing has been asked yet: Node does not count them as idle. */
function noteSilent(server: Server): Set<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}

interface Listening {
  server: Server;
  silent: ReadonlySet<Socket>;
  runtime: Runtime;
}

/** Finishes what is under way; what only waits answers at once. */
async function stop(app: NestFastifyApplication, { server, silent, runtime }: Listening): Promise<void> {
  app.get(HealthState, { strict: false }).markStopping();
  app.get(StopSignal).fire();
  // Node tells each client that its connection ends with the answer.
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  await runtime.sleep(LINGER_MS);
  let closed = false;
  const closing = app.close().finally(() => {
    closed = true;
  });
  while (!closed) {
    server.closeIdleConnections();
    await Promise.race([closing, runtime.sleep(IDLE_SWEEP_MS)]);
    for (const socket of silent) socket.destroy();
  }
  await closing;
}

/** An address that listens to all interfaces cannot be called everywhere. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
