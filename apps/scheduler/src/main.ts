import { connectRabbitBroker } from '@windlass/broker';
import { runService } from '@windlass/service-kit';
import { awaitSchema, connectDatabase } from '@windlass/store';
import { createScheduler } from './create-scheduler.js';
import { SchedulerConfig } from './scheduler.config.js';

await runService({
  name: 'scheduler',
  config: SchedulerConfig,
  start: async (config, { logger, runtime }) => {
    const db = await awaitSchema(
      () =>
        connectDatabase({
          engineUrl: config.databaseUrl,
          readerUrl: config.databaseReaderUrl,
          connections: config.databaseConnections,
          applicationName: 'windlass scheduler',
          onError: (error) => logger.warn({ operation: 'database', error }, 'an idle database connection was lost'),
        }),
      { runtime, onWait: (missing) => logger.warn({ operation: 'start' }, `waiting: ${missing}`) },
    );
    const broker = await connectRabbitBroker({ url: config.rabbitmqUrl, name: 'scheduler', runtime });
    const service = await createScheduler(config, { db, broker, runtime, logger });
    return {
      ...service,
      stop: async () => {
        await service.stop();
        await broker.close();
        await db.close();
      },
    };
  },
});
