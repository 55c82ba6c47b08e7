import type { ScenarioContext } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import { readSink } from '../handlers/read-sink.js';
import { readFacts } from '../judge/read-facts.js';

/** As fault.abort declares it. */
const MAX_ATTEMPTS = 3;
const WAIT_MS = 60_000;

/** A job that ends its process each time: it is given up after its attempts, as crashed, and the next job of its type runs. */
export async function abortProcess({ bed, sink }: Platform, { progress }: ScenarioContext) {
  const client = bed.client();
  const ids: string[] = [];
  for (let n = 0; n < 2; n += 1) ids.push((await client.submit({ type: 'fault.abort', payload: { sink } })).id);
  for (const id of ids) await client.wait(id, { timeoutMs: WAIT_MS });
  const { jobs } = await readFacts(bed.ground.database.url);
  const facts = ids.map((id) => jobs.get(id));
  const starts = readSink(sink).filter((line) => line.what === 'start' && ids.includes(line.jobId)).length;
  progress(
    `a handler that aborts: ${facts[0]?.outcome} after ${facts[0]?.attempt} attempts: ${facts[0]?.error?.message}`,
  );
  return {
    figures: { abortStarts: starts, abortText: facts[0]?.error?.message ?? '' },
    goals: [
      {
        text: `a handler that aborts its process is given up after ${MAX_ATTEMPTS} attempts, as crashed`,
        held: facts.every(
          (fact) => fact?.state === 'failed' && fact.outcome === 'crashed' && fact.attempt === MAX_ATTEMPTS,
        ),
      },
      { text: 'it has started exactly that often', held: starts === MAX_ATTEMPTS * ids.length },
      { text: 'its outcome names the signal', held: facts.every((fact) => /SIGABRT/.test(fact?.error?.message ?? '')) },
    ],
  };
}
