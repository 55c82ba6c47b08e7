import type { ScenarioReport } from '../../scenario.js';
import type { Platform } from '../ground/open-platform.js';
import { readSink } from '../handlers/read-sink.js';
import { judgeJobs } from '../judge/judge-jobs.js';
import { readFacts, withDatabase } from '../judge/read-facts.js';
import { acceptedOf } from '../submit/steady-load.js';
import type { Submission } from '../submit/submit-once.js';

/** What the check says of a service that answers 2xx to what it refused, and of one that loses an acknowledged row. */
export async function forgeAcceptance(
  { bed, sink }: Platform,
  submissions: readonly Submission[],
): Promise<NonNullable<ScenarioReport['control']>> {
  const { url } = bed.ground.database;
  const refused = submissions.filter((each) => each.outcome === 'fail').length;
  const forged = submissions.map(
    (each): Submission => (each.outcome === 'fail' ? { ...each, outcome: 'ok', jobId: crypto.randomUUID() } : each),
  );
  const falselyAccepted = judgeJobs(forged, await readFacts(url), readSink(sink)).lost;
  const [victim] = acceptedOf(submissions);
  await withDatabase(url, (client) => client.query('delete from windlass.job_history where id = $1', [victim]));
  const deleted = judgeJobs(submissions, await readFacts(url), readSink(sink)).lost;
  return {
    text: 'refusals counted as accepted, and a row deleted behind its back, are found as lost',
    failedAsItMust: refused > 0 && falselyAccepted === refused && deleted === 1,
    figures: { refused, falselyAccepted, deleted },
  };
}
