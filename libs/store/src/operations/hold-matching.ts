import type { FoundRun } from './find-action-jobs.js';
import type { RunningAction } from './job-actions.js';
import { lockFinishedJobs } from './lock-jobs.js';
import { type Queryable, runStatement } from './statement.js';

const UNFINISHED = `
select j.id from jobs j join unnest($2::uuid[], $3::int[]) as i(id, run) on i.id = j.id and i.run = j.run
where j.id = any($2) and j.tenant_id = $1::text and ($4::text is null or j.state = $4) order by j.id for update of j`;

/** As scalar subqueries: a few hundred ids are looked up one by one, while a join might read the whole history. */
const FINISHED = `
select i.id from unnest($2::uuid[], $3::int[]) as i(id, run)
where i.run = (select max(h.run) from job_history h where h.tenant_id = $1::text and h.id = i.id)
  and (select count(*) from jobs j where j.id = i.id) = 0`;

/**
 * Of the runs that an action found, the jobs that still are what its filter asks for: of a finished one this run is the last and no other
 * has begun; an unfinished one is in the filter's state. They stay so until the end of the transaction.
 */
export async function holdMatching(
  tx: Queryable,
  { tenantId, action, filter }: RunningAction,
  found: FoundRun[],
): Promise<string[]> {
  const ids = found.map((each) => each.id);
  const values = [tenantId, ids, found.map((each) => each.run)];
  if (action === 'cancel') {
    const rows = await runStatement<FoundRun>(tx, 'hold-unfinished', UNFINISHED, [...values, filter.state ?? null]);
    return rows.map((row) => row.id);
  }
  await lockFinishedJobs(tx, ids);
  const rows = await runStatement<FoundRun>(tx, 'hold-finished', FINISHED, values);
  return rows.map((row) => row.id);
}
