import type { ScenarioContext, ScenarioReport } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import { LIMIT_MB, runGrower } from './run-grower.js';

/** The same handler without a limit grows past it and comes to its end: it was the limit that ended it. */
export async function growUnbounded(
  platform: Platform,
  { progress }: ScenarioContext,
): Promise<NonNullable<ScenarioReport['control']>> {
  const { fact, ended } = await runGrower(platform, 'fault.grow-free', 4 * LIMIT_MB);
  progress(`control: without a limit the job ${fact?.state ?? 'is lost'}`);
  return {
    text: `without its limit the same handler takes ${4 * LIMIT_MB} MiB and comes to its end`,
    failedAsItMust: ended && fact?.state === 'succeeded',
    figures: { state: fact?.state ?? 'lost', ended },
  };
}
