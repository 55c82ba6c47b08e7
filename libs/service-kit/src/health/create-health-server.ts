import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '../log/create-logger.js';
import { NestLogger } from '../log/nest-logger.js';
import { HealthModule } from './health.module.js';
import type { HealthCheck } from './health-check.js';
import { HealthState } from './health-state.js';

export interface HealthServerOptions {
  name: string;
  /** 0: any free port. */
  port: number;
  host: string;
  checks: HealthCheck[];
  logger: Logger;
}

export interface HealthServer {
  readonly url: string;
  /** First thing in a service's `stop()`: `/health/ready` answers 503 from now on. */
  markStopping(): void;
  close(): Promise<void>;
}

/** The health endpoints alone, for services that have no HTTP of their own. */
export async function createHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  // No body is ever read, and whoever holds a connection open does not delay the end.
  const adapter = new FastifyAdapter({ bodyLimit: 1024, requestTimeout: 10_000, forceCloseConnections: true });
  const app = await NestFactory.create<NestFastifyApplication>(HealthModule.forRoot(options.checks), adapter, {
    logger: new NestLogger(options.logger.child({ operation: 'health' })),
    abortOnError: false,
  });
  try {
    await app.listen(options.port, options.host);
  } catch (error) {
    await app.close();
    throw new Error(`the health endpoints of ${options.name} cannot listen on ${options.host}:${options.port}`, {
      cause: error,
    });
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  const state = app.get(HealthState);
  return {
    url: `http://${reachable(options.host)}:${port}`,
    markStopping: () => state.markStopping(),
    close: () => app.close(),
  };
}

/** An address that listens to all interfaces cannot be called everywhere. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
