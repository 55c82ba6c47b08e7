import { createVhost } from '@windlass/services';
import { waitFor } from '@windlass/testing';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { type CleanUp, withCleanUp } from '../ground/clean-up.js';
import { makeDirectory, openPlatform, type Platform } from '../ground/open-platform.js';
import { openServers } from '../ground/open-servers.js';
import { goalsOf } from '../judge/goals.js';
import { judgeAfterQuiet } from '../judge/judge-after-quiet.js';
import { countUnfinished } from '../judge/read-facts.js';
import { strandJobs } from './strand-jobs.js';
import { submitMany } from './submit-many.js';

const JOBS = 10_000;
const SHORT_JOBS = 1_500;
/** Each long enough for a backlog to be there when the broker goes. */
const JOB_MS = 3;
/** A mark holds for 60 s: what is not found earlier is due again then. */
const FINISH_MS = 240_000;

export const WIPED_BROKER: Scenario = {
  name: 'wiped-broker',
  about:
    'the broker loses all data and its vhost under running workers with a long queue; every job runs, once in effect',
  minutes: 3,
  run: (context) => withCleanUp(context.progress, (cleanUp) => run(context, cleanUp)),
};

async function run(context: ScenarioContext, cleanUp: CleanUp): Promise<ScenarioReport> {
  const { progress, short } = context;
  const dir = makeDirectory(cleanUp);
  const servers = await openServers(cleanUp, progress);
  const platform = await openPlatform(cleanUp, { servers, dir, counts: { worker: 2 }, progress });
  const count = short ? SHORT_JOBS : JOBS;
  const submissions = await submitMany(platform, count, JOB_MS);
  const queued = await waitUntilUnderWay(platform, count);
  const wipedAt = performance.now();
  await wipeBroker(platform);
  progress(`the broker was wiped with ${queued} of ${count} jobs unfinished`);
  const counts = await judgeAfterQuiet(platform, submissions, FINISH_MS);
  const finishMs = Math.round(performance.now() - wipedAt);
  progress(`all ended ${finishMs} ms after the wipe`);
  const control = await strandJobs(platform, context);
  return reportOf({
    name: 'wiped-broker',
    figures: { jobs: count, accepted: submissions.length, unfinishedAtWipe: queued, finishMs, ...counts },
    goals: [
      { text: 'the wipe met a long queue', held: queued > count / 10 },
      { text: 'every submission was acknowledged', held: submissions.length === count },
      ...goalsOf(counts),
    ],
    control,
  });
}

/** Until some have run, so that the workers are in the midst of it. Answers how many have not ended. */
async function waitUntilUnderWay({ bed }: Platform, count: number): Promise<number> {
  const { url } = bed.ground.database;
  return waitFor(
    async () => {
      const left = await countUnfinished(url);
      return left < count && left;
    },
    { what: 'the first jobs to end', timeoutMs: 60_000 },
  );
}

/** Everything a broker can lose: queues, messages, exchanges, users' rights. An operator makes the vhost again, nothing else. */
async function wipeBroker({ bed, servers }: Platform): Promise<void> {
  await servers.rabbitmq.wipe();
  await createVhost(servers.rabbitmq.address, bed.ground.vhost.name);
}
