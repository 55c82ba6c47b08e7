import type { TenantKey } from './admit-held.js';
import { type KeyRow, keysOf } from './held-keys.js';
import { KEPT_COLUMNS, keptColumnsOf } from './history-columns.js';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

/** A run whose end stands in the history already ends once: a row gone astray must not keep the whole batch from its burial. */
const TEXT = `
with ${LEADER_GUARD(2)},
clock as materialized (select windlass_now() as at),
late as materialized (
  select id from jobs where expires_at is not null and attempt = 0 and expires_at <= (select at from clock) and (state || '') <> 'running'
    and exists (select from permit)
  order by expires_at limit $1::int for update skip locked
),
gone as (
  delete from jobs j using late l where j.id = any(array(select id from late)) and j.id = l.id
  returning ${keptColumnsOf('j')}, j.timeouts, j.buries, j.error, j.held
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at)
  select retention, tenant_id, id, run, epoch, 'expired', true, (select at from clock) from gone
  on conflict do nothing
),
kept as (
  insert into job_history (${KEPT_COLUMNS}, timeouts, buries, error, state, outcome, finished_at)
  select ${KEPT_COLUMNS}, timeouts, buries, error, 'expired', 'expired', (select at from clock) from gone
  on conflict do nothing
)
select tenant_id, case when not held then concurrency_key end as concurrency_key from gone`;

/**
 * Ends what has not started by the end of its time to live as `expired`, at most `limit`: hot row out, history row and the one terminal
 * event in. The claim refuses such jobs already, so this may come late. `keys` were held by some of them. Uses jobs_expiring.
 */
export async function expireJobs(
  db: Queryable,
  leader: LeaderTerm,
  limit: number,
): Promise<{ count: number; keys: TenantKey[] }> {
  const rows = await runStatement<KeyRow>(db, 'expire-jobs', TEXT, [limit, ...termValues(leader)]);
  return { count: rows.length, keys: keysOf(rows) };
}
