import { waitFor } from '@windlass/testing';
import type { ScenarioContext } from '../../scenario.js';
import { isAlive } from '../ground/is-alive.js';
import type { Platform } from '../ground/open-platform.js';
import { countUntouched, LIMIT_MB, runGrower, startNeighbours } from './run-grower.js';

/** The type's own limit: the worker kills the whole group, the outcome is `oom`, nobody else notices. */
export async function growBeyondLimit(platform: Platform, { progress }: ScenarioContext) {
  const { bed, sink } = platform;
  const worker = bed.process('worker-1').pid;
  const neighbours = await startNeighbours(bed.client(), sink, 3_000);
  const growth = await runGrower(platform, 'fault.grow', 4 * LIMIT_MB);
  const { outcome = null, error } = growth.fact ?? {};
  const text = error?.message ?? '';
  progress(`beyond its limit: ${outcome}: ${text}`);
  const gone = await waitFor(() => !growth.pids.some(isAlive), {
    what: 'the group to be gone',
    timeoutMs: 5_000,
  }).catch(() => false);
  const untouched = await countUntouched(platform, neighbours);
  // The type has one slot: the next one can only run where the last one was.
  const next = await runGrower(platform, 'fault.grow', 16);
  return {
    figures: { limitOutcome: String(outcome), limitText: text, limitProcesses: growth.pids.length },
    goals: [
      { text: `beyond its limit of ${LIMIT_MB} MiB an attempt ends as oom`, held: outcome === 'oom' && !growth.ended },
      { text: 'its outcome names the limit', held: text.includes(`limit ${LIMIT_MB} MiB`) },
      { text: 'its whole group is gone, the process that it started too', held: gone && growth.pids.length === 2 },
      { text: 'its neighbours in the worker are not touched', held: untouched === neighbours.length },
      { text: 'its slot is free again', held: next.fact?.state === 'succeeded' },
      { text: 'the worker lives', held: bed.isRunning('worker-1') && bed.process('worker-1').pid === worker },
    ],
  };
}
