import { Logger, run } from 'graphile-worker';
import pg from 'pg';
import { peerSettings } from '../bench.config.js';
import { hashText } from './hash-text.js';
import { ResultWriter } from './result-writer.js';
import { endOnSignal } from './thin-front.js';

const CONCURRENT_JOBS = 100;

const { url } = peerSettings<{ url: string }>();
const pool = new pg.Pool({ connectionString: url, max: 2 });
pool.on('error', (error) => console.error(error));
const results = new ResultWriter(pool);

const runner = await run({
  preset: {
    worker: {
      connectionString: url,
      maxPoolSize: 12,
      concurrentJobs: CONCURRENT_JOBS,
      // Its own batching: jobs are fetched in packs, and their rows deleted in packs after the result is stored.
      localQueue: { size: 500 },
      completeJobBatchDelay: 10,
      failJobBatchDelay: 10,
      logger: new Logger(() => (level, message) => {
        if (level === 'error' || level === 'warning') console.error(message);
      }),
    },
  },
  noHandleSignals: true,
  taskList: {
    hash: async (payload, { job }) => {
      const { n } = payload as { n: number };
      await results.write({ jobId: job.id, n, ...hashText(JSON.stringify(payload)) });
    },
  },
});
endOnSignal(async () => {
  await runner.stop();
  await pool.end();
});
process.send?.({ port: 0 });
