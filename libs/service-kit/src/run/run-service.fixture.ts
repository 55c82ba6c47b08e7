import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IsIn } from 'class-validator';
import { Env } from '../config/env.decorator.js';
import { ServiceConfig } from '../config/service.config.js';
import { strongSecret } from '../config/strong-secret.js';
import { runService } from './run-service.js';

/** A process for run-service.spec.ts: what it does wrong comes from its environment. */
class FixtureConfig extends ServiceConfig {
  @Env('MISBEHAVE', { description: 'What goes wrong.', default: 'no' })
  @IsIn(['no', 'start-fails', 'start-is-slow', 'stop-fails', 'stop-hangs', 'rejects', 'throws'])
  misbehave: string;

  @Env('FIXTURE_SECRET', { description: 'Never printed.', secret: true })
  @strongSecret()
  fixtureSecret: string;
}

await runService({
  name: 'fixture',
  config: FixtureConfig,
  async start(config, { logger, runtime }) {
    logger.info({ url: `amqp://user:${config.fixtureSecret}@broker`, logFormat: config.logFormat }, 'starting');
    if (config.misbehave === 'start-fails') throw new Error(`cannot reach amqp://user:${config.fixtureSecret}@broker`);
    if (config.misbehave === 'start-is-slow') await runtime.sleep(300);
    const server = createServer((_request, response) => response.end('ok'));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    if (config.misbehave === 'rejects') runtime.after(20, () => void Promise.reject(new Error('nobody caught me')));
    if (config.misbehave === 'throws') {
      runtime.after(20, () => {
        throw new Error('nobody caught me');
      });
    }
    return {
      name: 'fixture',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      stop: async () => {
        if (config.misbehave === 'stop-fails') throw new Error('the last flush failed');
        if (config.misbehave === 'stop-hangs') await new Promise(() => undefined);
        await new Promise((closed) => server.close(closed));
        logger.info({}, 'closed what was open');
      },
    };
  },
});
