import { type Broker, connectRabbitBroker, createInProcessHub } from '@windlass/broker';
import { CoreConfig, createCore } from '@windlass/core-api';
import { createFileStore } from '@windlass/files';
import { createGateway, GatewayConfig } from '@windlass/gateway';
import { createScheduler, SchedulerConfig } from '@windlass/scheduler';
import { fileStoreOptions, loadConfig, type RunningService, type ServiceContext } from '@windlass/service-kit';
import { type Database, openDatabase } from '@windlass/store';
import { createWorker, WorkerConfig } from '@windlass/worker';
import type { Role } from './host.config.js';
import { localFirst } from './local-first-broker.js';

/** Roles in the order in which they start; they stop in the opposite one. */
const ORDER: Role[] = ['core', 'scheduler', 'worker', 'gateway'];

/** Runs several roles in one process on the real adapters: `gateway,core` is one app server of the three tiers. */
export async function serveRoles(
  roles: Role[],
  env: NodeJS.ProcessEnv,
  { logger, runtime }: ServiceContext,
): Promise<RunningService> {
  const closing: (() => Promise<void>)[] = [];
  const hub = createInProcessHub({ runtime });
  // Every configuration is checked before anything is opened.
  const configs = {
    core: roles.includes('core') ? loadConfig(CoreConfig, env) : undefined,
    scheduler: roles.includes('scheduler') ? loadConfig(SchedulerConfig, env) : undefined,
    worker: roles.includes('worker') ? loadConfig(WorkerConfig, env) : undefined,
    gateway: roles.includes('gateway') ? loadConfig(GatewayConfig, env) : undefined,
  };
  const needsDatabase = configs.core ?? configs.scheduler;
  const url = Object.values(configs).find((config) => config)?.rabbitmqUrl ?? '';
  let database: Database | undefined;
  if (needsDatabase) {
    database = await openDatabase(needsDatabase, {
      service: 'host',
      runtime,
      warn: (fields, message) => logger.warn(fields, message),
      warm: configs.core !== undefined,
    });
    closing.push(() => (database as Database).close());
  }
  const outside = await connectRabbitBroker({ url, name: `host ${roles.join('+')}`, runtime });
  const broker: Broker = localFirst(hub.connect(), outside);
  closing.push(() => broker.close());

  let gatewayUrl: string | undefined;
  const start: Record<Role, () => Promise<RunningService>> = {
    core: () =>
      createCore(configs.core as CoreConfig, {
        db: database as Database,
        broker,
        runtime,
        logger: logger.child({ role: 'core-api' }),
      }),
    scheduler: () =>
      createScheduler(
        { ...(configs.scheduler as SchedulerConfig), healthPort: 0 },
        { db: database as Database, broker, runtime, logger: logger.child({ role: 'scheduler' }) },
      ),
    worker: async () => {
      const files = await createFileStore(fileStoreOptions(configs.worker as WorkerConfig));
      closing.push(() => files.close());
      return createWorker(configs.worker as WorkerConfig, {
        broker,
        files,
        runtime,
        logger: logger.child({ role: 'worker' }),
      });
    },
    gateway: async () => {
      const files = await createFileStore(fileStoreOptions(configs.gateway as GatewayConfig));
      closing.push(() => files.close());
      return createGateway(configs.gateway as GatewayConfig, {
        broker,
        files,
        runtime,
        logger: logger.child({ role: 'gateway' }),
      });
    },
  };
  for (const role of ORDER.filter((each) => roles.includes(each))) {
    const service = await start[role]();
    closing.push(() => service.stop());
    if (role === 'gateway') gatewayUrl = service.url;
  }
  return {
    name: 'host',
    ...(gatewayUrl ? { url: gatewayUrl } : {}),
    stop: async () => {
      for (const close of closing.splice(0).reverse()) await close();
    },
  };
}
