import { openStage, type Stage } from './services/stage.js';
import { simulateSeed } from './simulate-seed.js';

/** What runs for the first time loads modules on its way, which is not the seed's doing: so it is not the seed that counts. */
export async function openWarmStage(): Promise<Stage> {
  const stage = await openStage();
  await simulateSeed(stage, 0);
  return stage;
}
