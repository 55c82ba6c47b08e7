import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance, Members } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import type { HoldPayload } from '../../load/load.handlers.js';
import type { OwnGround } from '../../load/own-ground.js';
import { readSink, startsByJob } from '../../load/read-sink.js';

export interface RecoveryForm {
  leaseMs: number;
  leaderTtlMs: number;
  kills: number;
  jobsPerKill: number;
}

export interface WorkerKill {
  members: Members;
  victim: Instance;
  /** From the kill until each job of the victim ran again on the other worker. Jobs that never did are missing. */
  recoveredMs: number[];
  /** Jobs that ran on the victim. */
  victimJobs: number;
  /** Jobs of the other worker that ran more than once. */
  neighbourRepeats: number;
  /** Jobs of the kill that did not end `succeeded`. */
  unsuccessful: number;
  /** Sink lines of the victim's handlers after its kill: orphans that went on. */
  orphanEnds: number;
}

const START_MS = 120_000;

/** One kill -9 of the worker that holds the most of some long jobs; afterwards both workers run again and all jobs have ended. */
export async function killWorker(
  ground: OwnGround,
  form: RecoveryForm,
  { members, afterMs, sink }: { members: Members; afterMs: number; sink: string },
): Promise<WorkerKill> {
  const { bed, look } = ground;
  const ids = await startHeldJobs(ground, form, sink);
  const victim = busiestWorker(ground, sink);
  await sleep(afterMs);
  const starts = startsByJob(readSink(sink));
  const victims = ids.filter((id) => starts.get(id)?.[0]?.worker === victim);
  await bed.signal(victim, 'SIGKILL', members);
  // Not before: finding its children in /proc takes a while, and then all die at once.
  const killedAtMs = Date.now();
  const again = () => {
    const now = startsByJob(readSink(sink));
    return victims.flatMap(
      (id) =>
        now
          .get(id)
          ?.filter(({ worker }) => worker !== victim)
          .slice(0, 1) ?? [],
    );
  };
  // One that never runs again is the judge's to find, not a failure of this measurement.
  await waitFor(() => again().length === victims.length, {
    ...{ what: 'the jobs to run again', timeoutMs: form.leaseMs * 2 + 60_000 },
  }).catch(() => false);
  const recoveredMs = again().map(({ atMs }) => atMs - killedAtMs);
  await bed.kill(victim, 'SIGKILL');
  await bed.start(victim);
  await waitFor(async () => (await look.unfinished()) === 0, { what: 'quiet', timeoutMs: START_MS, intervalMs: 200 });
  const lines = readSink(sink);
  const ends = await look.endsOf(ids);
  const repeats = [...startsByJob(lines)].filter(([id, runs]) => !victims.includes(id) && runs.length > 1);
  return {
    ...{ members, victim, recoveredMs, victimJobs: victims.length },
    neighbourRepeats: repeats.length,
    unsuccessful: ids.length - (ends.succeeded ?? 0),
    orphanEnds: lines.filter(({ what, jobId, attempt }) => what === 'end' && attempt === 1 && victims.includes(jobId))
      .length,
  };
}

/** Submits jobs that outlast a rescue and waits until each of them runs. */
export async function startHeldJobs(
  { bed }: OwnGround,
  { leaseMs, jobsPerKill }: Pick<RecoveryForm, 'leaseMs' | 'jobsPerKill'>,
  sink: string,
): Promise<string[]> {
  const client = bed.client();
  const payload: HoldPayload = { sink, ms: leaseMs + 15_000, laterMs: 200 };
  const submitted = await Promise.all(
    Array.from({ length: jobsPerKill }, () => client.submit({ type: 'load.hold', payload })),
  );
  await waitFor(() => startsByJob(readSink(sink)).size === jobsPerKill, {
    what: 'the jobs to run',
    timeoutMs: START_MS,
  });
  return submitted.map(({ id }) => id);
}

export function busiestWorker({ bed }: OwnGround, sink: string): Instance {
  const count = (name: Instance) => readSink(sink).filter(({ worker }) => worker === name).length;
  const workers = bed.instances.filter((name) => name.startsWith('worker-'));
  return workers.reduce((most, each) => (count(each) > count(most) ? each : most));
}
