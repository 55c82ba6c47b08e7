import { connectRabbitBroker } from '@windlass/broker';
import { runService } from '@windlass/service-kit';
import { openDatabase } from '@windlass/store';
import { createScheduler } from './create-scheduler.js';
import { SchedulerConfig } from './scheduler.config.js';

await runService({
  name: 'scheduler',
  config: SchedulerConfig,
  start: async (config, { logger, runtime }) => {
    const warn = (fields: object, message: string) => logger.warn(fields, message);
    const db = await openDatabase(config, { service: 'scheduler', runtime, warn });
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
