import { descendantsOf } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import type { ScenarioContext, ScenarioReport } from '../../scenario.js';
import type { CleanUp } from '../ground/clean-up.js';
import { MemoryCgroup, whyNoMemoryCgroup } from '../ground/memory-cgroup.js';
import type { Platform } from '../ground/open-platform.js';
import { runGrower, WAIT_MS } from './run-grower.js';

/** Room for a worker and its children, not for what the handler takes. */
const GROUP_MB = 512;
const HONEST = /out of memory|memory limit|lease|killed by the kernel/i;

/** A worker within a group whose memory the kernel bounds, as in a container. The handler has no limit of its own. */
export async function growBeyondGroup(
  platform: Platform,
  cleanUp: CleanUp,
  { progress }: ScenarioContext,
): Promise<Pick<ScenarioReport, 'figures' | 'goals' | 'skipped'>> {
  const why = whyNoMemoryCgroup();
  if (why) {
    progress(why);
    return { figures: {}, goals: [], skipped: why };
  }
  const { bed, sink } = platform;
  const group = MemoryCgroup.make(`windlass-oom-${process.pid}`, GROUP_MB);
  cleanUp.add('the cgroup', () => group.remove());
  // Started anew: memory that it took before it came into the group does not count there.
  await bed.kill('worker-1', 'SIGTERM');
  await bed.start('worker-1');
  const worker = bed.process('worker-1').pid;
  // The worker first: what it forks from then on is in the group, and what it had forked before is found.
  group.add([worker]);
  group.add(await descendantsOf(worker));
  await waitFor(async () => (await bed.client().jobTypes()).some((type) => type.live && type.name === 'fault.note'), {
    what: 'the worker to be known',
    timeoutMs: WAIT_MS,
  });
  const growth = await runGrower(platform, 'fault.grow-free', 4 * GROUP_MB);
  const { outcome = null, error } = growth.fact ?? {};
  const text = error?.message ?? '';
  const kills = group.oomKills;
  const workerLives = bed.isRunning('worker-1');
  progress(
    `beyond the group's ${GROUP_MB} MiB: ${outcome}: ${text}; ${kills} kills, the worker ${workerLives ? 'lives' : 'died'}`,
  );
  // As a supervisor does.
  if (!workerLives) await bed.start('worker-1');
  const client = bed.client();
  const next = await client.submit({ type: 'fault.nap', payload: { sink } });
  const after = (await client.wait(next.id, { timeoutMs: WAIT_MS })).state;
  return {
    figures: {
      groupVersion: group.version,
      groupKills: kills,
      groupOutcome: String(outcome),
      groupText: text,
      workerLives,
    },
    goals: groupGoals({ kills, outcome, text, workerLives, after }),
  };
}

interface GroupEnd {
  kills: number;
  outcome: string | null;
  /** What the attempt's error says. */
  text: string;
  workerLives: boolean;
  /** The state of a job that came after. */
  after: string;
}

export function groupGoals({ kills, outcome, text, workerLives, after }: GroupEnd): ScenarioReport['goals'] {
  return [
    { text: 'the kernel has killed in the group', held: kills > 0 },
    { text: 'the attempt ends as oom, crashed or lost', held: ['oom', 'crashed', 'lost'].includes(outcome ?? '') },
    { text: 'its outcome names memory, or the lease that ran out', held: HONEST.test(text) },
    { text: 'the worker of the group lives', held: workerLives },
    { text: 'the next jobs go on', held: after === 'succeeded' },
  ];
}
