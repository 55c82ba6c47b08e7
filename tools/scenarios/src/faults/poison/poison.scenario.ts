import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { type CleanUp, withCleanUp } from '../ground/clean-up.js';
import { makeDirectory, openPlatform } from '../ground/open-platform.js';
import { openServers } from '../ground/open-servers.js';
import { goalsOf } from '../judge/goals.js';
import { judgeAfterQuiet } from '../judge/judge-after-quiet.js';
import { SteadyLoad } from '../submit/steady-load.js';
import { abortProcess } from './abort-process.js';
import { letRun, outlastLimits } from './outlast-limits.js';
import { countDead, sendGarbage } from './send-garbage.js';

const ROUNDS = 5;

export const POISON: Scenario = {
  name: 'poison',
  about:
    'messages that nobody can read, a handler that aborts its process, one that hears no signal; the queue moves on',
  minutes: 2,
  run: (context) => withCleanUp(context.progress, (cleanUp) => run(context, cleanUp)),
};

async function run(context: ScenarioContext, cleanUp: CleanUp): Promise<ScenarioReport> {
  const { progress, short } = context;
  const dir = makeDirectory(cleanUp);
  const servers = await openServers(cleanUp, progress);
  const platform = await openPlatform(cleanUp, { servers, dir, progress });
  const { bed, sink } = platform;
  const worker = bed.process('worker-1').pid;
  const load = new SteadyLoad({
    urls: () => [bed.urlOf('gateway-1')],
    token: bed.token,
    connections: 2,
    pauseMs: 50,
    job: () => ({ type: 'fault.note', payload: { sink } }),
  });
  let sent = 0;
  for (let round = 0; round < (short ? 1 : ROUNDS); round += 1) {
    sent += await sendGarbage(bed.ground.vhost.url, 'fault.note');
  }
  const dead = await countDead(bed.ground.vhost.url, sent);
  progress(`${dead} of ${sent} unreadable messages lie in the dead-letter queue`);
  const aborted = await abortProcess(platform, context);
  const deaf = await outlastLimits(platform, context);
  const submissions = await load.stop();
  const control = await letRun(platform, context);
  const counts = await judgeAfterQuiet(platform, submissions);
  const lives = bed.isRunning('worker-1') && bed.process('worker-1').pid === worker;
  return reportOf({
    name: 'poison',
    figures: { garbage: sent, dead, beside: submissions.length, ...aborted.figures, ...deaf.figures, ...counts },
    goals: [
      { text: 'every unreadable message is laid aside for a look', held: dead === sent },
      { text: 'the worker lives', held: lives },
      { text: 'beside it all, jobs are accepted', held: submissions.every((each) => each.outcome === 'ok') },
      ...aborted.goals,
      ...deaf.goals,
      ...goalsOf(counts),
    ],
    control,
  });
}
