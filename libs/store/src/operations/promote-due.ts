import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

const TEXT = `
with ${LEADER_GUARD(2)},
clock as materialized (select windlass_now() as at),
due as (
  select id from jobs where state = 'scheduled' and run_at <= (select at from clock) and exists (select from permit)
  order by run_at, id limit $1::int for update skip locked
)
update jobs j set state = 'queued', queued_at = (select at from clock), dispatch_until = null
from due where j.id = due.id returning j.queue, j.type`;

/** `scheduled → queued` for what is due, at most `limit`; answers the lanes, one entry a job. Uses jobs_due. */
export async function promoteDue(db: Queryable, leader: LeaderTerm, limit: number) {
  return runStatement<{ queue: string; type: string }>(db, 'promote-due', TEXT, [limit, ...termValues(leader)]);
}

/** How long until the next scheduled job is due, in ms; undefined when there is none. */
export async function untilNextDue(db: Queryable): Promise<number | undefined> {
  const rows = await runStatement<{ ms: number }>(
    db,
    'until-next-due',
    `select (extract(epoch from run_at - windlass_now()) * 1000)::float8 as ms from jobs where state = 'scheduled' order by run_at limit 1`,
    [],
  );
  return rows[0]?.ms;
}
