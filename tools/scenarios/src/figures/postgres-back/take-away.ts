import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import type { HoldPayload } from '../../load/load.handlers.js';
import type { OwnGround } from '../../load/own-ground.js';
import { readSink, startsByJob } from '../../load/read-sink.js';
import { SubmitProbe } from './submit-probe.js';

export const OUTAGES = ['killed', 'paused', 'unreachable'] as const;
export type OutageKind = (typeof OUTAGES)[number];

export interface OutageForm {
  leaseMs: number;
  leaderTtlMs: number;
  /** Jobs that run meanwhile. */
  running: number;
}

export interface Outage {
  kind: OutageKind;
  awayMs: number;
  running: number;
  /** From the first answer of PostgreSQL to a look of our own until the first job was accepted; undefined: never. */
  acceptedMs?: number;
  /** Submissions that were accepted while it was away: there must be none, or it was not away. */
  acceptedMeanwhile: number;
  /** Submissions refused meanwhile otherwise than by 503 with Retry-After. */
  dishonest: number;
  /** Handler runs beyond one for each job. */
  extraRuns: number;
  /** Claims beyond one for each job, by the database. */
  extraClaims: number;
  unsuccessful: number;
}

const LEASES = 3;
const WAIT_MS = 300_000;

/** Takes PostgreSQL away for three leases while jobs run that outlast it, and gives it back. */
export async function takeAway(ground: OwnGround, form: OutageForm, kind: OutageKind, sink: string): Promise<Outage> {
  const { look } = ground;
  // They go on for a lease after the return: only then would a wrong expiry show.
  const ids = await startRunning(ground, form, sink, form.leaseMs * (LEASES + 1));
  const restore = await away[kind](ground);
  const awayAtMs = performance.now();
  const probe = new SubmitProbe(ground.bed);
  probe.start();
  await sleep(form.leaseMs * LEASES);
  const acceptedMeanwhile = probe.acceptedAtMs.length;
  const back = untilAnswering(ground);
  await restore();
  const backAtMs = await back;
  await waitFor(() => probe.acceptedAtMs.length > acceptedMeanwhile, {
    ...{ what: 'an accepted job', timeoutMs: WAIT_MS },
  }).catch(() => false);
  await probe.stop();
  const firstMs = probe.acceptedAtMs[acceptedMeanwhile];
  await waitFor(async () => (await look.unfinished()) === 0, { what: 'quiet', timeoutMs: WAIT_MS, intervalMs: 500 });
  const starts = startsByJob(readSink(sink));
  const epochs = await look.epochsOf(ids);
  const ends = await look.endsOf(ids);
  return {
    ...{ kind, awayMs: Math.round(backAtMs - awayAtMs), running: ids.length, acceptedMeanwhile },
    // It may be accepted before our own look has got through.
    ...(firstMs === undefined ? {} : { acceptedMs: Math.round(Math.max(0, firstMs - backAtMs)) }),
    dishonest: probe.dishonest,
    extraRuns: extraRunsOf(starts, ids),
    extraClaims: [...epochs.values()].reduce((sum, epoch) => sum + epoch - 1, 0),
    unsuccessful: ids.length - (ends.succeeded ?? 0),
  };
}

/** The control: one worker is killed while the same jobs run. Answers the handler runs beyond one for each job. */
export async function killOneWorker(ground: OwnGround, form: OutageForm, sink: string): Promise<number> {
  const { bed, look } = ground;
  const ids = await startRunning(ground, form, sink, form.leaseMs * 2);
  await bed.signal('worker-1', 'SIGKILL', 'all');
  await waitFor(async () => (await look.unfinished()) === 0, { what: 'quiet', timeoutMs: WAIT_MS, intervalMs: 500 });
  await bed.kill('worker-1', 'SIGKILL');
  await bed.start('worker-1');
  return extraRunsOf(startsByJob(readSink(sink)), ids);
}

/** One in ten in a child of its own, the others in their workers: a hundred children would measure the machine. */
async function startRunning({ bed }: OwnGround, { running }: OutageForm, sink: string, ms: number): Promise<string[]> {
  const client = bed.client();
  const payload: HoldPayload = { sink, ms };
  const jobs = await client.submitBatch(
    Array.from({ length: running }, (_, n) => ({ type: n % 10 === 0 ? 'load.hold' : 'load.hold-inline', payload })),
  );
  const ids = jobs.flatMap((job) => ('id' in job ? job.id : []));
  if (ids.length !== running) throw new Error(`${running - ids.length} jobs were refused: ${JSON.stringify(jobs[0])}`);
  await waitFor(() => startsByJob(readSink(sink)).size === running, { what: 'all jobs to run', timeoutMs: WAIT_MS });
  return ids;
}

/** Each takes it away and answers how to give it back. */
const away: Record<OutageKind, (ground: OwnGround) => Promise<() => Promise<void>>> = {
  killed: async ({ servers }) => {
    await servers.postgres.kill();
    return () => servers.postgres.restart();
  },
  paused: async ({ servers }) => {
    await servers.postgres.pause();
    return () => servers.postgres.resume();
  },
  unreachable: async ({ bed }) => {
    const links = bed.links.to('postgres');
    for (const link of links) link.setReachable(false);
    return async () => {
      for (const link of links) link.setReachable(true);
    };
  },
};

/** Resolves with the moment at which a look of our own is answered first. Behind links that are cut it always is: then that is now. */
async function untilAnswering({ look }: OwnGround): Promise<number> {
  await waitFor(() => look.number('select 1'), { what: 'PostgreSQL', timeoutMs: WAIT_MS, intervalMs: 20 });
  return performance.now();
}

function extraRunsOf(starts: ReturnType<typeof startsByJob>, ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + (starts.get(id)?.length ?? 0) - 1, 0);
}
