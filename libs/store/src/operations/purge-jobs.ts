import { lockFinishedJobs } from './lock-jobs.js';
import { type Queryable, runStatement } from './statement.js';

const TEXT = `
with finished as materialized (
  select distinct h.id from job_history h where h.tenant_id = any($1::text[]) and h.id = any($2::uuid[])
    and (select count(*) from jobs j where j.id = h.id) = 0 and (select count(*) from stopping_attempts s where s.job_id = h.id) = 0
)
select count(*)::int as n, purge_jobs(($1::text[])[1], coalesce(array_agg(id), '{}')) as runs from finished`;

/**
 * Forgets finished jobs of a tenant: all their runs, results, logs, events and artifacts. Answers how many were there; one that runs
 * again, or whose cancelled attempt has not ended, stays.
 * @param tx a transaction: the lock that keeps a replay off holds to its end
 */
export async function purgeJobsInStore(tx: Queryable, tenantId: string, ids: string[]): Promise<number> {
  await lockFinishedJobs(tx, ids);
  const rows = await runStatement<{ n: number }>(tx, 'purge-jobs', TEXT, [[tenantId], ids]);
  return rows[0]?.n ?? 0;
}
