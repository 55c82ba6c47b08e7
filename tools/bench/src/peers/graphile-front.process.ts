import { makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { peerSettings } from '../bench.config.js';
import { serveFront } from './thin-front.js';

/** As many as the largest measure has connections would only wait for the processors. */
const CONNECTIONS = 20;

const { url } = peerSettings<{ url: string }>();
const pgPool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
pgPool.on('error', (error) => console.error(error));
const jobs = await makeWorkerUtils({ pgPool });
await jobs.migrate();
await serveFront(
  async (body) => (await jobs.addJob('hash', body)).id,
  async () => {
    await jobs.release();
    await pgPool.end();
  },
);
