import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { peerSettings } from '../bench.config.js';
import { QUEUE, type RedisSettings } from './bullmq-settings.js';
import { hashText } from './hash-text.js';
import { endOnSignal } from './thin-front.js';

/** More than the connections of any measure: jobs never wait for a place. */
const CONCURRENCY = 100;

const connection = new Redis(peerSettings<RedisSettings>().url, { maxRetriesPerRequest: null });
// In this process, not sandboxed: what its users do for a job of microseconds.
const worker = new Worker(QUEUE, async (job) => hashText(JSON.stringify(job.data)), {
  connection,
  concurrency: CONCURRENCY,
});
worker.on('error', (error) => console.error(error));
await worker.waitUntilReady();
endOnSignal(async () => {
  await worker.close();
  connection.disconnect();
});
process.send?.({ port: 0 });
