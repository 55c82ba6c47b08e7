import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import { RPC } from '@windlass/contracts';
import { Dispatcher, LiveSlots } from '@windlass/dispatch';
import { messageOf } from '@windlass/faults';
import {
  BrokerRpcServer,
  createHealthServer,
  type Logger,
  NestLogger,
  type RunningService,
} from '@windlass/service-kit';
import type { Database } from '@windlass/store';
import type { CoreConfig } from './core.config.js';
import { CoreModule } from './core.module.js';
import { FinishWatch } from './read/finish-watch.js';
import { LogWatch } from './read/log-watch.js';
import { TypeRegistry } from './registry/type-registry.js';
import { FOR_GATEWAY, FOR_SCHEDULER, FOR_WORKER } from './transports.js';

export interface CoreDependencies {
  db: Database;
  broker: Broker;
  runtime: Runtime;
  logger: Logger;
}

/**
 * Requests of one kind at a time. Gateways pack, so 256 messages are thousands of jobs; workers' calls have their own places, so
 * that a flood of submissions or long polls does not delay beats.
 */
const PLACES = { gateway: 4_096, worker: 1_024, scheduler: 8 };

/** Submit, claim, report, read: everything that owns the jobs table, over RPC. Opens nothing itself. */
export async function createCore(
  config: Pick<CoreConfig, 'leaseMs' | 'healthPort' | 'healthHost'>,
  dependencies: CoreDependencies,
): Promise<RunningService> {
  const { db, broker, runtime, logger } = dependencies;
  const registry = new TypeRegistry(db.sources, runtime);
  const liveSlots = new LiveSlots(db, runtime, config.leaseMs);
  const dispatcher = new Dispatcher({
    db,
    broker,
    runtime,
    liveSlots: (type) => liveSlots.of(type),
    liveVersions: (type) => liveSlots.versionsOf(type),
    isTiny: (type) => registry.isTiny(type),
    onError: (error, operation) =>
      logger.warn({ operation, error }, `hand-over failed, the jobs stay due: ${messageOf(error)}`),
  });
  await registry.refresh();

  const ports = { ...dependencies, dispatcher, liveSlots, leaseMs: config.leaseMs };
  // Nest wants an HTTP adapter for an app with several transports; it never listens.
  const app = await NestFactory.create(CoreModule.forRoot(ports, registry), new FastifyAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  for (const [service, transportId, concurrency] of [
    [RPC.coreForGateway, FOR_GATEWAY, PLACES.gateway],
    [RPC.coreForWorker, FOR_WORKER, PLACES.worker],
    [RPC.coreForScheduler, FOR_SCHEDULER, PLACES.scheduler],
  ] as const) {
    app.connectMicroservice<MicroserviceOptions>({
      strategy: new BrokerRpcServer({ broker, service, transportId, concurrency, logger }),
    });
  }
  await app.startAllMicroservices();
  const health = config.healthPort === 0 ? undefined : await startHealth(config, dependencies);
  return {
    name: 'core-api',
    ...(health ? { url: health.url } : {}),
    stop: async () => {
      health?.markStopping();
      app.get(FinishWatch).close();
      app.get(LogWatch).close();
      await app.close();
      dispatcher.close();
      await health?.close();
    },
  };
}

function startHealth(config: Pick<CoreConfig, 'healthPort' | 'healthHost'>, { db, broker, logger }: CoreDependencies) {
  return createHealthServer({
    name: 'core-api',
    port: config.healthPort,
    host: config.healthHost,
    logger,
    checks: [
      { name: 'database', essential: true, check: (timeoutMs) => db.ping(timeoutMs) },
      { name: 'broker', essential: true, check: (timeoutMs) => broker.ping(timeoutMs) },
    ],
  });
}
