import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { type CleanUp, withCleanUp } from '../ground/clean-up.js';
import { makeDirectory, openPlatform } from '../ground/open-platform.js';
import { openServers } from '../ground/open-servers.js';
import { growBeyondGroup } from './grow-beyond-group.js';
import { growBeyondLimit } from './grow-beyond-limit.js';
import { growUnbounded } from './grow-unbounded.js';

export const OOM: Scenario = {
  name: 'oom',
  about:
    'a handler outgrows its memory limit, then that of the machine: it dies, its job is told why, its neighbours go on',
  minutes: 2,
  run: (context) => withCleanUp(context.progress, (cleanUp) => run(context, cleanUp)),
};

async function run(context: ScenarioContext, cleanUp: CleanUp): Promise<ScenarioReport> {
  const dir = makeDirectory(cleanUp);
  const servers = await openServers(cleanUp, context.progress);
  const platform = await openPlatform(cleanUp, { servers, dir, progress: context.progress });
  const limit = await growBeyondLimit(platform, context);
  const control = await growUnbounded(platform, context);
  const group = await growBeyondGroup(platform, cleanUp, context);
  return reportOf({
    name: 'oom',
    figures: { ...limit.figures, ...group.figures },
    goals: [...limit.goals, ...group.goals],
    control,
    ...(group.skipped === undefined ? {} : { skipped: group.skipped }),
  });
}
