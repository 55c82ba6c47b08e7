import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { CoreConfig, createCore } from '@windlass/core-api';
import { createFileStore } from '@windlass/files';
import { createGateway, GatewayConfig } from '@windlass/gateway';
import { createScheduler, SchedulerConfig } from '@windlass/scheduler';
import { createLogger, type Logger, loadConfig, type RunningService } from '@windlass/service-kit';
import { connectDatabase } from '@windlass/store';
import { createWorker, WorkerConfig } from '@windlass/worker';
import type { DevOptions } from './dev-options.js';

/** Starts core, scheduler, worker, gateway, in this order; pushes how to stop each onto `closing`. Answers the gateway's URL. */
export async function startRoles(
  env: Record<string, string>,
  options: DevOptions,
  closing: (() => Promise<void>)[],
): Promise<string> {
  const runtime = systemRuntime;
  const hub = createInProcessHub({ runtime });
  const log = (service: string): Logger =>
    createLogger({
      service,
      level: options.logLevel,
      format: options.logFormat,
      machine: 'dev',
      ...(options.logDestination ? { destination: options.logDestination } : {}),
    });
  const keep = (service: RunningService): RunningService => {
    closing.push(() => service.stop());
    return service;
  };
  const files = await createFileStore({ driver: 'directory', root: env.FILES_DIRECTORY ?? '' });
  closing.push(() => files.close());
  const db = await connectDatabase({
    engineUrl: env.DATABASE_URL ?? '',
    readerUrl: env.DATABASE_READER_URL ?? '',
    applicationName: 'windlass dev',
    onError: (error) => log('host').warn({ operation: 'database', error }, 'an idle database connection was lost'),
  });
  closing.push(() => db.close());
  keep(await createCore(loadConfig(CoreConfig, env), { db, broker: hub.connect(), runtime, logger: log('core-api') }));
  keep(
    await createScheduler(loadConfig(SchedulerConfig, env), {
      db,
      broker: hub.connect(),
      runtime,
      logger: log('scheduler'),
    }),
  );
  const worker = await createWorker(loadConfig(WorkerConfig, env), {
    broker: hub.connect(),
    files,
    runtime,
    logger: log('worker'),
  });
  keep(worker);
  const gateway = keep(
    await createGateway(loadConfig(GatewayConfig, env), {
      broker: hub.connect(),
      files,
      runtime,
      logger: log('gateway'),
    }),
  );
  // Ready means: a job submitted now finds its type.
  await worker.announced;
  return gateway.url ?? '';
}
