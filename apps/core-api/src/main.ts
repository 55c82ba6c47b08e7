import { connectRabbitBroker } from '@windlass/broker';
import { runService } from '@windlass/service-kit';
import { openDatabase } from '@windlass/store';
import { CoreConfig } from './core.config.js';
import { createCore } from './create-core.js';

await runService({
  name: 'core-api',
  config: CoreConfig,
  start: async (config, { logger, runtime }) => {
    const warn = (fields: object, message: string) => logger.warn(fields, message);
    const db = await openDatabase(config, { service: 'core-api', runtime, warn, warm: true });
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
