import { connectRabbitBroker } from '@windlass/broker';
import { createFileStore } from '@windlass/files';
import { fileStoreOptions, runService } from '@windlass/service-kit';
import { WorkerConfig } from './config/worker.config.js';
import { createWorker } from './create-worker.js';

await runService({
  name: 'worker',
  config: WorkerConfig,
  start: async (config, { logger, runtime }) => {
    const log = (event: string, fields: Record<string, unknown>) => logger.info({ operation: event, ...fields }, event);
    const broker = await connectRabbitBroker({
      url: config.rabbitmqUrl,
      name: `worker@${config.machine}`,
      runtime,
      logger: log,
    });
    const files = await createFileStore(fileStoreOptions(config));
    const close = async () => {
      await broker.close();
      await files.close();
    };
    try {
      const worker = await createWorker(config, { broker, files, logger, runtime });
      return {
        name: worker.name,
        ...(worker.url ? { url: worker.url } : {}),
        stop: async () => {
          await worker.stop();
          await close();
        },
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
});
