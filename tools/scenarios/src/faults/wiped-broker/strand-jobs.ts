import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import { connect } from 'amqplib';
import type { ScenarioContext, ScenarioReport } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import { readSink } from '../handlers/read-sink.js';
import { judgeJobs } from '../judge/judge-jobs.js';
import { readFacts, withDatabase } from '../judge/read-facts.js';
import { submitMany } from './submit-many.js';

const JOBS = 50;
const WAIT_MS = 60_000;
/** Without the protection they stay for ever; with it, they would have run within a second or so. */
const LOOK_MS = 6_000;

/**
 * Jobs whose messages are lost where nothing makes up for it: no scheduler looks at the lanes, and their marks do not run out. They must be
 * found stuck. In the end the scheduler is back and the marks are due, and they run.
 */
export async function strandJobs(
  platform: Platform,
  { progress }: ScenarioContext,
): Promise<NonNullable<ScenarioReport['control']>> {
  const { bed, sink } = platform;
  const { url } = bed.ground.database;
  const workers = bed.instances.filter((name) => name.startsWith('worker'));
  for (const name of [...workers, 'scheduler-1' as const]) await bed.kill(name, 'SIGTERM');
  const submissions = await submitMany(platform, JOBS, 0);
  await withDatabase(url, (client) =>
    client.query(`update windlass.jobs set dispatch_until = windlass_now() + interval '1 day'`),
  );
  await purge(bed.ground.vhost.url, 'windlass.jobs.fault.note');
  await bed.start('worker-1');
  const typesKnown = async () =>
    (await bed.client().jobTypes()).some((type) => type.name === 'fault.note' && type.live);
  await waitFor(typesKnown, { what: 'the worker to be known', timeoutMs: WAIT_MS });
  await sleep(LOOK_MS);
  const { stuck } = judgeJobs(submissions, await readFacts(url), readSink(sink));
  progress(`control: ${stuck} of ${JOBS} jobs are stuck without a scheduler and with marks that never run out`);
  await bed.start('scheduler-1');
  await withDatabase(url, (client) => client.query('update windlass.jobs set dispatch_until = null'));
  const healed = await waitFor(async () => judgeJobs(submissions, await readFacts(url), readSink(sink)).stuck === 0, {
    what: 'the stranded jobs',
    timeoutMs: WAIT_MS,
    intervalMs: 200,
  }).catch(() => false);
  return {
    text: 'without a scheduler, and with marks that never run out, jobs whose messages are lost stay stuck',
    failedAsItMust: stuck === JOBS && healed,
    figures: { stuck, ranOnceDue: healed },
  };
}

async function purge(url: string, queue: string): Promise<void> {
  const connection = await connect(url, { timeout: 10_000 });
  try {
    const channel = await connection.createChannel();
    await channel.purgeQueue(queue);
  } finally {
    await connection.close();
  }
}
