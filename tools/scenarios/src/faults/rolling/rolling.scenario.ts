import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { type CleanUp, withCleanUp } from '../ground/clean-up.js';
import { makeDirectory, openPlatform, type Platform } from '../ground/open-platform.js';
import { openServers } from '../ground/open-servers.js';
import { goalsOf } from '../judge/goals.js';
import { judgeAfterQuiet, untilQuiet } from '../judge/judge-after-quiet.js';
import { readFacts } from '../judge/read-facts.js';
import { acceptedOf, SteadyLoad } from '../submit/steady-load.js';
import { describeFailures, endGoal, judgeRoll } from './judge-roll.js';

const WAIT_MS = 60_000;
const JOB_MS = 300;
/** What fails already before the first restart is the machine's fault, and told as such. */
const WARMING_MS = 3_000;

export const ROLLING: Scenario = {
  name: 'rolling',
  about: 'every instance is restarted in turn under load; no request fails and no attempt is burned',
  minutes: 3,
  run: (context) => withCleanUp(context.progress, (cleanUp) => run(context, cleanUp)),
};

async function run(context: ScenarioContext, cleanUp: CleanUp): Promise<ScenarioReport> {
  const { progress, short } = context;
  const dir = makeDirectory(cleanUp);
  const servers = await openServers(cleanUp, progress);
  const counts = { gateway: 2, 'core-api': 2, scheduler: 2, worker: 2 };
  const platform = await openPlatform(cleanUp, { servers, dir, counts, progress });
  const { bed } = platform;
  // In the short form one of each: the other one carries on alone meanwhile.
  const inTurn = bed.instances.filter((name) => !short || name.endsWith('-1'));
  const rolled = await roll(platform, inTurn, 'SIGTERM', context);
  const { submissions, ...figures } = rolled;
  const ends = bed.unaskedEnds();
  for (const { name, how, output } of ends) progress(`${name}: ${how}; it said: ${output}`);
  const judged = await judgeAfterQuiet(platform, submissions);
  const control = await runControl(platform, context);
  return reportOf({
    name: 'rolling',
    figures: {
      restarts: inTurn.length,
      faultyEnds: ends.map(({ name, how }) => `${name}: ${how}`).join(' | '),
      ...figures.counts,
      ...judged,
    },
    goals: [
      {
        text: 'no request fails, the other gateway takes what a closed one refuses',
        held: figures.counts.failed === 0,
      },
      endGoal(ends),
      { text: 'no attempt is burned', held: figures.counts.burned === 0 },
      { text: 'each job that ran has been looked at', held: figures.counts.accepted > inTurn.length },
      ...goalsOf(judged),
    ],
    control,
  });
}

/** Each instance is ended and started again while clients go on; the next one follows when it is ready. */
async function roll(
  platform: Platform,
  inTurn: readonly Instance[],
  signal: NodeJS.Signals,
  { progress }: Pick<ScenarioContext, 'progress'>,
) {
  const { bed } = platform;
  const warming = submitToBoth(platform);
  await waitFor(() => warming.accepted.length >= 20, { what: 'the first acknowledgements', timeoutMs: WAIT_MS });
  await sleep(WARMING_MS);
  const before = await warming.stop();
  const load = submitToBoth(platform);
  for (const name of inTurn) {
    progress(`${signal} to ${name} at ${new Date().toISOString().slice(11, 23)}`);
    await bed.kill(name, signal);
    await bed.start(name);
    await waitFor(() => bed.ready(name), { what: `${name} to be ready`, timeoutMs: WAIT_MS });
    progress(`${name} is ready again, ${load.accepted.length} accepted`);
    await sleep(500);
  }
  const during = await load.stop();
  await untilQuiet(bed.ground.database.url);
  const { jobs } = await readFacts(bed.ground.database.url);
  const counts = judgeRoll(
    during,
    load.accepted.flatMap((id) => jobs.get(id) ?? []),
  );
  for (const line of describeFailures(during)) progress(`failed: ${line}`);
  const failedBefore = before.length - acceptedOf(before).length;
  return { submissions: [...before, ...during], counts: { ...counts, failedBefore } };
}

function submitToBoth({ bed, sink }: Platform): SteadyLoad {
  let n = 0;
  return new SteadyLoad({
    urls: () => [bed.urlOf('gateway-1'), bed.urlOf('gateway-2')],
    token: bed.token,
    connections: 4,
    pauseMs: 40,
    job: () => {
      n += 1;
      // One in ten runs long enough to be caught by the end of its worker.
      return n % 10 === 0
        ? { type: 'fault.nap', payload: { sink, ms: JOB_MS } }
        : { type: 'fault.note', payload: { sink } };
    },
  });
}

/** The same with SIGKILL instead of an orderly end: attempts are burned, or requests fail. */
async function runControl(
  platform: Platform,
  context: ScenarioContext,
): Promise<NonNullable<ScenarioReport['control']>> {
  const { counts } = await roll(platform, ['gateway-1', 'core-api-1', 'worker-1', 'worker-2'], 'SIGKILL', context);
  context.progress(`control: ${counts.failed} requests failed, ${counts.burned} attempts burned`);
  return {
    text: 'killed instead of ended in order, instances burn attempts or fail requests',
    failedAsItMust: counts.failed + counts.burned > 0,
    figures: { ...counts },
  };
}
