import { connectRabbitBroker } from '@windlass/broker';
import { createFileStore } from '@windlass/files';
import { fileStoreOptions, runService } from '@windlass/service-kit';
import { GatewayConfig } from './config/gateway.config.js';
import { createGateway } from './create-gateway.js';

await runService({
  name: 'gateway',
  config: GatewayConfig,
  start: async (config, { logger, runtime }) => {
    const broker = await connectRabbitBroker({
      url: config.rabbitmqUrl,
      name: `gateway@${config.machine}`,
      runtime,
      logger: (event, fields) => logger.info({ operation: 'broker', ...fields }, event),
    });
    const files = await createFileStore(fileStoreOptions(config));
    const gateway = await createGateway(config, { broker, files, logger, runtime });
    return {
      ...gateway,
      stop: async () => {
        await gateway.stop();
        await Promise.all([broker.close(), files.close()]);
      },
    };
  },
});
