import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

const TAKE = `
insert into leaders as l (name, holder, term, taken_at, expires_at)
select $1::text, $2::text, 1, at, at + $3::float8 * interval '1 ms' from (select windlass_now() as at) clock
on conflict (name) do update set
  holder = excluded.holder, expires_at = excluded.expires_at,
  term = case when l.holder = excluded.holder and l.expires_at > excluded.taken_at then l.term else l.term + 1 end,
  taken_at = case when l.holder = excluded.holder and l.expires_at > excluded.taken_at then l.taken_at else excluded.taken_at end
where l.holder = excluded.holder or l.expires_at <= excluded.taken_at
returning l.term::float8 as term`;

/** Takes or renews leadership for `ttlMs` on the database's clock. Undefined: another holds it. A renewal keeps the term. */
export async function takeLeadership(
  db: Queryable,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<LeaderTerm | undefined> {
  const rows = await runStatement<{ term: number }>(db, 'take-leadership', TAKE, [name, holder, ttlMs]);
  return rows[0] && { name, holder, term: rows[0].term };
}

/** Gives leadership up at once, so that a successor need not wait for the expiry. */
export async function resignLeadership(db: Queryable, term: LeaderTerm): Promise<void> {
  await runStatement(
    db,
    'resign-leadership',
    'update leaders set expires_at = windlass_now() where name = $1 and holder = $2 and term = $3',
    termValues(term),
  );
}

const RETAIN = `
with ${LEADER_GUARD(2)},
old as (
  select tenant_id, key from idempotency_keys where expires_at <= (select windlass_now()) and exists (select from permit) limit $1::int
),
keys as (delete from idempotency_keys k using old where k.tenant_id = old.tenant_id and k.key = old.key returning 1),
silent as (delete from workers where beat_at < (select windlass_now()) - interval '1 hour' and exists (select from permit) returning 1)
select (select count(*)::int from keys) as keys, (select count(*)::int from silent) as workers`;

/** Removes expired idempotency keys (at most `limit` at a time) and workers that have been silent for an hour. */
export async function retireOldRows(db: Queryable, leader: LeaderTerm, limit: number) {
  const rows = await runStatement<{ keys: number; workers: number }>(db, 'retire-old-rows', RETAIN, [
    limit,
    ...termValues(leader),
  ]);
  return rows[0] ?? { keys: 0, workers: 0 };
}

/** Partitions for the coming weeks; answers how many were made. */
export async function preparePartitions(db: Queryable, weeksAhead: number): Promise<number> {
  const rows = await runStatement<{ made: number }>(
    db,
    'prepare-partitions',
    'select prepare_partitions($1::int) as made',
    [weeksAhead],
  );
  return rows[0]?.made ?? 0;
}
