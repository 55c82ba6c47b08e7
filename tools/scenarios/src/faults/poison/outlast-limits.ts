import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@windlass/testing';
import type { ScenarioContext, ScenarioReport } from '../../scenario.js';
import { isAlive } from '../ground/is-alive.js';
import type { Platform } from '../ground/open-platform.js';
import { HARD_MS } from '../handlers/fault.handlers.js';
import { readSink } from '../handlers/read-sink.js';
import { readFacts } from '../judge/read-facts.js';

const WAIT_MS = 60_000;
/** Between the limit and the end of the process: the kill, on a machine with much else to do. */
const GRACE_MS = 5_000;

/** A handler that hears neither its signal nor SIGTERM is killed at its hard limit, and the next job of its type starts. */
export async function outlastLimits(platform: Platform, { progress }: ScenarioContext) {
  const { bed, sink } = platform;
  const client = bed.client();
  const ids: string[] = [];
  for (let n = 0; n < 2; n += 1) ids.push((await client.submit({ type: 'fault.deaf', payload: { sink } })).id);
  for (const id of ids) await client.wait(id, { timeoutMs: WAIT_MS });
  const { jobs } = await readFacts(bed.ground.database.url);
  const pids = readSink(sink)
    .filter((line) => ids.includes(line.jobId))
    .map((line) => line.pid);
  const gone = await waitFor(() => !pids.some(isAlive), {
    what: 'the processes to be gone',
    timeoutMs: GRACE_MS,
  }).catch(() => false);
  const facts = ids.map((id) => jobs.get(id));
  progress(`a deaf handler: ${facts[0]?.outcome}: ${facts[0]?.error?.message}`);
  return {
    figures: { deafOutcome: String(facts[0]?.outcome), deafText: facts[0]?.error?.message ?? '' },
    goals: [
      {
        text: 'a handler that hears no signal is recorded as timed-out',
        held: facts.every((fact) => fact?.state === 'failed' && fact.outcome === 'timed-out'),
      },
      { text: 'its process is gone', held: gone && pids.length > 0 },
    ],
  };
}

/** The same handler with a limit of ten minutes still runs when the other one was long dead. It is cancelled in the end. */
export async function letRun(
  { bed, sink }: Platform,
  { progress }: ScenarioContext,
): Promise<NonNullable<ScenarioReport['control']>> {
  const client = bed.client();
  const { id } = await client.submit({ type: 'fault.deaf-for-long', payload: { sink } });
  const own = () => readSink(sink).find((line) => line.jobId === id);
  const { pid } = await waitFor(own, { what: 'it to start', timeoutMs: WAIT_MS });
  await sleep(HARD_MS + GRACE_MS);
  const alive = isAlive(pid);
  const { state } = await client.get(id);
  progress(`control: without its limit the deaf handler is ${alive ? 'still there' : 'gone'}, its job ${state}`);
  await client.cancel(id);
  const killed = await waitFor(() => !isAlive(pid), { what: 'the cancel to end it', timeoutMs: WAIT_MS }).catch(
    () => false,
  );
  return {
    text: 'without the limit the deaf handler is still there at that time',
    failedAsItMust: alive && state === 'running',
    figures: { state, alive, endedByCancel: killed },
  };
}
