import type { TenantKey } from './admit-held.js';
import { type KeyRow, keysOf } from './held-keys.js';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import type { Lane } from './refill-lane.js';
import { type Queryable, runStatement } from './statement.js';

const TEXT = `
with ${LEADER_GUARD(2)},
clock as materialized (select windlass_now() as at),
due as (
  select id from jobs where state = 'scheduled' and run_at <= (select at from clock) and exists (select from permit)
  order by run_at, id limit $1::int for update skip locked
)
update jobs j set state = 'queued', queued_at = (select at from clock), dispatch_until = null
where j.id = any(array(select id from due))
returning j.tenant_id, j.concurrency_key, j.queue, j.type`;

/**
 * `scheduled → queued` for what is due, at most `limit`; `lanes` are those they stand in now. A job with a concurrency key is held as
 * before: `keys` are to be admitted.
 * Uses jobs_due.
 */
export async function promoteDue(
  db: Queryable,
  leader: LeaderTerm,
  limit: number,
): Promise<{ count: number; keys: TenantKey[]; lanes: Lane[] }> {
  const values = [limit, ...termValues(leader)];
  const rows = await runStatement<KeyRow & Lane>(db, 'promote-due', TEXT, values);
  const lanes = new Map(rows.map(({ queue, type }) => [`${queue}\n${type}`, { queue, type }]));
  return { count: rows.length, keys: keysOf(rows), lanes: [...lanes.values()] };
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
