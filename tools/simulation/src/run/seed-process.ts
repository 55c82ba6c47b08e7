import { openWarmStage } from '../open-warm-stage.js';
import { judgeSeed, type SeedReport } from './judge-seed.js';

/** What the process that deals out seeds says. */
export type Order = { run: number; keep?: string } | { end: true };
export type Told = { ready: true } | { report: SeedReport };

/** A seed takes a fraction of a second; one that takes so long never ends. */
const HANGING_MS = 180_000;

const tell = (told: Told): void => void process.send?.(told);

const stage = await openWarmStage();
let watch: NodeJS.Timeout | undefined;
process.on('message', async (order: Order) => {
  clearTimeout(watch);
  if ('end' in order) {
    await stage.close();
    process.exit(0);
  }
  watch = setTimeout(() => process.exit(1), HANGING_MS);
  const { run, keep } = order;
  tell({ report: await judgeSeed(stage, run, keep === undefined ? {} : { keep }) });
});
// Without who dealt out the seeds nobody needs the rest.
process.on('disconnect', () => void stage.close().finally(() => process.exit(0)));
tell({ ready: true });
