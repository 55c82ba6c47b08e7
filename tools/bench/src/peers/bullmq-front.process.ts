import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { peerSettings } from '../bench.config.js';
import { QUEUE, type RedisSettings } from './bullmq-settings.js';
import { serveFront } from './thin-front.js';

const connection = new Redis(peerSettings<RedisSettings>().url, { maxRetriesPerRequest: null });
const queue = new Queue(QUEUE, { connection });
await queue.waitUntilReady();
await serveFront(
  async (body) => String((await queue.add('hash', body)).id),
  async () => {
    await queue.close();
    connection.disconnect();
  },
);
