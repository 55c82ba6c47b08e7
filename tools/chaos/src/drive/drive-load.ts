import { setTimeout as sleep } from 'node:timers/promises';
import type { Draw } from '@windlass/proof';
import { type DrawnJob, drawJob } from './draw-job.js';
import { followJob } from './follow-job.js';
import { type Clients, submitJobs } from './submit-jobs.js';

/** Submissions of one batch at most. */
const LARGEST_BATCH = 20;
const BATCH_SHARE = 0.15;

/** All jobs of a round and how they go together, drawn beforehand: the same seed asks for the same. `prefix`: of their keys. */
export function drawLoad(draw: Draw, jobs: number, prefix: string): DrawnJob[][] {
  const groups: DrawnJob[][] = [];
  for (let made = 0; made < jobs; ) {
    const size = Math.min(jobs - made, draw.chance(BATCH_SHARE) ? draw.whole(2, LARGEST_BATCH) : 1);
    groups.push(Array.from({ length: size }, (_, at) => drawJob(draw, `${prefix}-${made + at}`)));
    made += size;
  }
  return groups;
}

/** Submits the groups at an even pace over `spreadMs`, none waiting for another. Resolves when all that the clients do is done. */
export async function driveLoad(groups: readonly DrawnJob[][], spreadMs: number, clients: Clients): Promise<void> {
  const beginMs = performance.now();
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  const underWay: Promise<unknown>[] = [];
  let submitted = 0;
  for (const group of groups) {
    const dueMs = beginMs + (spreadMs * submitted) / total;
    submitted += group.length;
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) await sleep(leftMs);
    underWay.push(driveGroup(group, { ...clients, draw: clients.draw.fork(group[0]!.key) }));
  }
  await Promise.all(underWay);
}

async function driveGroup(group: readonly DrawnJob[], clients: Clients): Promise<void> {
  const accepted = await submitJobs(group, clients);
  await Promise.all(
    group.map((job) => {
      const id = accepted.get(job.key);
      return id === undefined ? undefined : followJob(job, id, clients);
    }),
  );
}
