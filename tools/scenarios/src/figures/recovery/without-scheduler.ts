import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import type { OwnGround } from '../../load/own-ground.js';
import { readSink, startsByJob } from '../../load/read-sink.js';
import { GOAL_BEYOND_LEASE_MS } from './judge-recovery.js';
import { busiestWorker, type RecoveryForm, startHeldJobs } from './kill-worker.js';

/** The control: a worker dies while no scheduler runs. Afterwards schedulers come back, which then must rescue. */
export async function killWithoutScheduler(
  ground: OwnGround,
  form: RecoveryForm,
): Promise<{ waitedMs: number; recoveredWithin: number; recoveredAfterwards: number }> {
  const { bed } = ground;
  const sink = join(ground.directory, 'control.jsonl');
  const ids = await startHeldJobs(ground, form, sink);
  const victim = busiestWorker(ground, sink);
  const schedulers = bed.instances.filter((name) => name.startsWith('scheduler-'));
  for (const name of schedulers) await bed.kill(name, 'SIGTERM');
  const again = () =>
    [...startsByJob(readSink(sink))].filter(([id, runs]) => ids.includes(id) && runs.length > 1).length;
  await bed.signal(victim, 'SIGKILL', 'all');
  const waitedMs = form.leaseMs + GOAL_BEYOND_LEASE_MS;
  // The length of the goal, in which nothing may happen: there is no state to wait for.
  await sleep(waitedMs);
  const recoveredWithin = again();
  for (const name of schedulers) await bed.start(name);
  await waitFor(again, { what: 'the rescue', timeoutMs: form.leaseMs * 2 + 60_000 }).catch(() => 0);
  return { waitedMs, recoveredWithin, recoveredAfterwards: again() };
}
