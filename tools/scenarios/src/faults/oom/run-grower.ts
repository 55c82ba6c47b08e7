import type { WindlassClient } from '@windlass/client';
import type { Platform } from '../ground/open-platform.js';
import { readSink } from '../handlers/read-sink.js';
import { type JobFact, readFacts } from '../judge/read-facts.js';

/** As fault.grow declares it. */
export const LIMIT_MB = 160;
export const WAIT_MS = 60_000;

export interface Growth {
  fact: JobFact | undefined;
  /** It came to its last statement. */
  ended: boolean;
  /** Processes of the attempt, its own child among them. */
  pids: number[];
}

/** Runs one job that takes this much memory, to its end. */
export async function runGrower({ bed, sink }: Platform, type: string, mb: number): Promise<Growth> {
  const client = bed.client();
  const { id } = await client.submit({ type, payload: { sink, mb } });
  await client.wait(id, { timeoutMs: WAIT_MS });
  const lines = readSink(sink).filter((line) => line.jobId === id);
  return {
    fact: (await readFacts(bed.ground.database.url)).jobs.get(id),
    ended: lines.some((line) => line.what === 'end'),
    pids: [...new Set(lines.flatMap((line) => [line.pid, line.childPid ?? 0]))].filter((pid) => pid > 0),
  };
}

/** Jobs that run beside it, in the same worker. */
export async function startNeighbours(client: WindlassClient, sink: string, ms: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 2; n += 1) ids.push((await client.submit({ type: 'fault.nap', payload: { sink, ms } })).id);
  return ids;
}

/** How many of them succeeded in their first attempt. */
export async function countUntouched({ bed }: Platform, ids: readonly string[]): Promise<number> {
  for (const id of ids) await bed.client().wait(id, { timeoutMs: WAIT_MS });
  const { jobs } = await readFacts(bed.ground.database.url);
  return ids.filter((id) => jobs.get(id)?.state === 'succeeded' && jobs.get(id)?.attempt === 1).length;
}
