import { connectRabbitBroker } from '@windlass/broker';
import { runService } from '@windlass/service-kit';
import { awaitSchema, connectDatabase } from '@windlass/store';
import { CoreConfig } from './core.config.js';
import { createCore } from './create-core.js';

await runService({
  name: 'core-api',
  config: CoreConfig,
  start: async (config, { logger, runtime }) => {
    const db = await awaitSchema(
      () =>
        connectDatabase({
          engineUrl: config.databaseUrl,
          readerUrl: config.databaseReaderUrl,
          connections: config.databaseConnections,
          applicationName: 'windlass core-api',
          onError: (error) => logger.warn({ operation: 'database', error }, 'an idle database connection was lost'),
        }),
      { runtime, onWait: (missing) => logger.warn({ operation: 'start' }, `waiting: ${missing}`) },
    );
    const broker = await connectRabbitBroker({ url: config.rabbitmqUrl, name: 'core-api', runtime });
    const service = await createCore(config, { db, broker, runtime, logger });
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
