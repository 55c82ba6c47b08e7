import { waitFor } from '@windlass/testing';
import type { ScenarioContext } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import type { Volume } from '../ground/volume.js';
import { readFacts, withDatabase } from '../judge/read-facts.js';

const JOBS = 3;
const WAIT_MS = 60_000;
const SCRATCH_MB = 8;

/** The volume of the worker's temporary files is full: attempts fail and say why, the worker lives, and the next attempt works. */
export async function fillScratch({ bed, sink }: Platform, scratch: Volume, { progress }: ScenarioContext) {
  const { url } = bed.ground.database;
  const client = bed.client();
  const pid = bed.process('worker-1').pid;
  const makeRoom = scratch.fill();
  const ids: string[] = [];
  for (let n = 0; n < JOBS; n += 1) {
    ids.push((await client.submit({ type: 'fault.scratch', payload: { sink, mb: SCRATCH_MB } })).id);
  }
  const failed = await waitFor(
    async () => {
      const { jobs } = await readFacts(url);
      return ids.every((id) => (jobs.get(id)?.endedAttempts ?? 0) > 0);
    },
    { what: 'attempts to fail', timeoutMs: WAIT_MS, intervalMs: 100 },
  ).catch(() => false);
  const errors = await errorsOf(url, ids);
  const clear = errors.filter((text) => /ENOSPC|no space left/i.test(text)).length;
  progress(`scratch is full: ${errors.length} attempts failed, ${clear} of them say why, such as ${errors[0]}`);
  const other = await client.submit({ type: 'fault.note', payload: { sink } });
  const goesOn = (await client.wait(other.id, { timeoutMs: WAIT_MS })).state === 'succeeded';
  makeRoom();
  const ends = await Promise.all(
    ids.map((id) =>
      client.wait(id, { timeoutMs: WAIT_MS }).then(
        ({ state }) => state,
        () => 'unfinished',
      ),
    ),
  );
  const lives = bed.isRunning('worker-1') && bed.process('worker-1').pid === pid;
  return {
    figures: {
      scratchFailedAttempts: errors.length,
      scratchClearErrors: clear,
      scratchSucceeded: ends.filter((end) => end === 'succeeded').length,
    },
    goals: [
      {
        text: 'scratch full: each attempt fails with an error that says so',
        held: failed && errors.length > 0 && clear === errors.length,
      },
      { text: 'scratch full: jobs that need no scratch go on', held: goesOn },
      { text: 'scratch full: the worker lives', held: lives },
      { text: 'scratch full: every job succeeds once there is room', held: ends.every((end) => end === 'succeeded') },
    ],
  };
}

async function errorsOf(url: string, ids: string[]): Promise<string[]> {
  const { rows } = await withDatabase(url, (client) =>
    client.query<{ error: string }>(
      `select coalesce(error::text, kind) as error from windlass.job_events where job_id = any($1::uuid[]) and not terminal`,
      [ids],
    ),
  );
  return rows.map((row) => row.error.slice(0, 300));
}
