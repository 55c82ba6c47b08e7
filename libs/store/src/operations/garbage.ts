import { type Queryable, runStatement } from './statement.js';

/** Below it lies what one attempt wrote, promoted or not: as `attemptPrefix` of libs/files builds it. Tenant ids have no other character to encode. */
export const attemptPrefixOf = (row: string): string =>
  `'tenants/' || replace(${row}.tenant_id, '_', '__') || '/jobs/' || ${row}.id || '/' || ${row}.run || '/' || ${row}.epoch || '/'`;

/** One attempt that left objects behind. */
export interface LitteringAttempt {
  jobId: string;
  run: number;
  epoch: number;
  /** Where it wrote: ends in `jobs/<job>/<run>/<epoch>/`. */
  prefix: string;
}

/**
 * Something under the prefix of (job_id, run, epoch) of `alias` counts: an artifact or a large result was promoted, or the attempt is
 * current and may promote it yet. `ids` is an expression for all job ids, which keeps the look to a few partitions.
 * A run or epoch of null stands for any.
 */
const IN_USE = (alias: string, ids: string) => `(
  exists (select from artifacts a where a.job_id = any(${ids}) and a.job_id = ${alias}.job_id
    and (${alias}.run is null or a.run = ${alias}.run) and (${alias}.epoch is null or a.epoch = ${alias}.epoch))
  or exists (select from job_history h where h.retention in ('short', 'standard', 'long') and h.id = any(${ids}) and h.id = ${alias}.job_id
    and h.result_file is not null and (${alias}.run is null or h.run = ${alias}.run) and (${alias}.epoch is null or h.epoch = ${alias}.epoch))
  or exists (select from jobs j where j.id = any(${ids}) and j.id = ${alias}.job_id and (j.state || '') = 'running'
    and (${alias}.run is null or j.run = ${alias}.run) and (${alias}.epoch is null or j.epoch = ${alias}.epoch))
)`;

const ADD = `
insert into garbage (id, prefix, due_at, created_at)
select gen_random_uuid(), i.prefix, clock.at, clock.at
from unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) as i(job_id, run, epoch, prefix), (select windlass_now() as at) clock
where not ${IN_USE('i', '$1')}`;

/** What these attempts wrote may go, unless something of it was promoted or the attempt is current. Repeating does no harm. */
export async function addGarbage(db: Queryable, attempts: LitteringAttempt[]): Promise<void> {
  if (attempts.length === 0) return;
  await runStatement(db, 'add-garbage', ADD, [
    attempts.map((each) => each.jobId),
    attempts.map((each) => each.run),
    attempts.map((each) => each.epoch),
    attempts.map((each) => each.prefix),
  ]);
}

const TAKE = `
with clock as materialized (select windlass_now() as at),
due as materialized (
  select id, prefix, split_part(prefix, '/', 4)::uuid as job_id, nullif(split_part(prefix, '/', 5), '')::int as run,
    nullif(split_part(prefix, '/', 6), '')::int as epoch
  from garbage where due_at <= (select at from clock) order by due_at limit $1::int for update skip locked
),
mistaken as materialized (select due.id from due where ${IN_USE('due', 'array(select job_id from due)')}),
dropped as (delete from garbage g using mistaken m where g.id = any(array(select id from mistaken)) and g.id = m.id)
update garbage g set due_at = (select at from clock) + $2::float8 * interval '1 ms'
from due where g.id = any(array(select id from due)) and g.id = due.id and not exists (select from mistaken m where m.id = due.id)
returning g.id, g.prefix`;

/**
 * Lends at most `limit` prefixes that are due, for `lendMs`: one that is not confirmed by then is lent again. A prefix under which
 * something counts after all is forgotten instead. Uses garbage_due.
 */
export async function takeDueGarbage(db: Queryable, limit: number, lendMs: number) {
  return runStatement<{ id: string; prefix: string }>(db, 'take-garbage', TAKE, [limit, lendMs]);
}

/** The objects below them are gone. */
export async function dropGarbage(db: Queryable, ids: string[]): Promise<void> {
  await runStatement(db, 'drop-garbage', 'delete from garbage where id = any($1::uuid[])', [ids]);
}
