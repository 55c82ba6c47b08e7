import { createCore } from '@windlass/core-api';
import type { FileStore } from '@windlass/files';
import { buildGateway } from '@windlass/gateway';
import type { SinkLine } from '@windlass/proof';
import { createScheduler } from '@windlass/scheduler';
import type { Logger, RunningService } from '@windlass/service-kit';
import type { Database } from '@windlass/store';
import { createWorker } from '@windlass/worker';
import type { WiredBroker } from '../broker/wired-broker.js';
import type { InstanceRuntime } from '../world/instance-runtime.js';
import { placeHandlers } from './sim-handlers.js';
import type { Stage } from './stage.js';

export interface ServicePorts {
  broker: WiredBroker;
  runtime: InstanceRuntime;
  logger: Logger;
  files: FileStore;
  database: Database | undefined;
  sink: SinkLine[];
  scratch: string;
  leaseMs: number;
  leaderTtlMs: number;
}

export interface HttpAnswer {
  status: number;
  body: Record<string, unknown>;
}

export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Record<string, string>;
  json?: unknown;
}

/** A service as its supervisor and its clients know it. */
export interface Booted {
  stop(): Promise<void>;
  /** Of a gateway. */
  call?(call: HttpCall): Promise<HttpAnswer>;
}

const NO_HEALTH = { healthPort: 0, healthHost: '127.0.0.1' };
const KEPT = { retentionShortDays: 7, retentionStandardDays: 30, retentionLongDays: 365 };

/** The real service, as its main would start it, on this life's ports. */
export function bootService(name: string, stage: Stage, ports: ServicePorts): Promise<Booted> {
  const { broker, runtime, logger, files, leaseMs, leaderTtlMs } = ports;
  const kind = name.replace(/-\d+$/, '');
  const db = ports.database!;
  if (kind === 'core-api') return stoppable(createCore({ ...NO_HEALTH, leaseMs }, { db, broker, runtime, logger }));
  if (kind === 'scheduler') {
    const config = { ...NO_HEALTH, ...KEPT, leaseMs, leaderTtlMs, machine: name };
    return stoppable(createScheduler(config, { db, broker, runtime, logger }));
  }
  if (kind === 'gateway') return bootGateway(stage, ports);
  placeHandlers(name, { runtime, sink: ports.sink });
  return stoppable(createWorker(stage.workerConfig(name, ports.scratch), { broker, runtime, logger, files }));
}

async function stoppable(starting: Promise<RunningService>): Promise<Booted> {
  const service = await starting;
  return { stop: () => service.stop() };
}

/** Asked without a socket: what comes before Fastify is not part of the simulation. */
async function bootGateway(stage: Stage, { broker, files, logger, runtime }: ServicePorts): Promise<Booted> {
  const { app } = await buildGateway(stage.gatewayConfig, { broker, files, logger, runtime });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    stop: () => app.close(),
    call: async ({ method, url, headers, json }) => {
      const answer = await app.inject({
        ...{ method, url },
        headers: {
          host: 'gateway',
          authorization: `Bearer ${stage.token}`,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { payload: JSON.stringify(json) }),
      });
      return { status: answer.statusCode, body: answer.body === '' ? {} : JSON.parse(answer.body) };
    },
  };
}
