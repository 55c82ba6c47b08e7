import type { Retention } from '@windlass/contracts';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

/** How long finished jobs of one class are kept, from their end on. */
export interface KeptClass {
  retention: Retention;
  keepDays: number;
}

const WEEK = `
select to_char(min(week), 'YYYYMMDD') as week from (
  select to_date(right(c.relname, 8), 'YYYYMMDD') as week from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = any(array['job_history_' || $1::text, 'job_events_' || $1, 'job_logs_' || $1]::regclass[]) and c.relname ~ '_[0-9]{8}$'
) weeks where to_char(week, 'YYYYMMDD') <> all($3::text[]) and (week + 7)::timestamp at time zone 'UTC' <= windlass_now() - $2::float8 * interval '1 day'`;

/** The oldest week of partitions whose jobs were all made before the class's days, as `20260105`; undefined when there is none but `except`. */
export async function findEndedWeek(
  db: Queryable,
  { retention, keepDays }: KeptClass,
  except: string[],
): Promise<string | undefined> {
  const rows = await runStatement<{ week: string | null }>(db, 'find-ended-week', WEEK, [retention, keepDays, except]);
  return rows[0]?.week ?? undefined;
}

/**
 * From now on every job that ends in that week's history is noted for `dropWeek`: committed before the week is swept, once more for each
 * sweep. False: the term does not hold. Throws 55P03 when writers did not make way within a second.
 */
export async function watchWeek(
  db: Queryable,
  leader: LeaderTerm,
  { retention, keepDays }: KeptClass,
  week: string,
): Promise<boolean> {
  const rows = await runStatement<{ watched: boolean }>(
    db,
    'watch-week',
    `with ${LEADER_GUARD(4)} select w.watched from permit, watch_week($1::text, $2::text, $3::float8) w(watched)`,
    [retention, week, keepDays, ...termValues(leader)],
  );
  return rows.length === 1;
}

export interface SweptPages {
  /** Where to go on; undefined at the end of the week. */
  nextPage: number | undefined;
  /** Jobs that ended late: to be kept by `dropWeek`. */
  late: string[];
}

/**
 * Goes through some pages of a week's history: files become garbage, what ended late is answered. Undefined: the term does not
 * hold any more, nothing was done.
 */
export async function sweepWeek(
  db: Queryable,
  leader: LeaderTerm,
  { retention, keepDays }: KeptClass,
  options: { week: string; fromPage: number; pages: number },
): Promise<SweptPages | undefined> {
  const rows = await runStatement<{ next_page: string | null; late: string[] }>(
    db,
    'sweep-week',
    `with ${LEADER_GUARD(6)} select s.next_page, s.late from permit, sweep_week($1::text, $2::text, $3::float8, $4::bigint, $5::int) s`,
    [retention, options.week, keepDays, options.fromPage, options.pages, ...termValues(leader)],
  );
  const row = rows[0];
  return row && { nextPage: row.next_page === null ? undefined : Number(row.next_page), late: row.late };
}

/**
 * Drops a week's partitions of history, events and logs, once it has been watched, then swept, both in this term. What the sweep found
 * to have ended late (`keep`), and whatever has ended there since, is kept. Answers how many; undefined: the term does not hold. Throws PostgreSQL's 55P03 when readers did not make way within a second: nothing was done then.
 */
export async function dropWeek(
  db: Queryable,
  leader: LeaderTerm,
  { retention, keepDays }: KeptClass,
  options: { week: string; keep: string[] },
): Promise<number | undefined> {
  const rows = await runStatement<{ dropped: number }>(
    db,
    'drop-week',
    `with ${LEADER_GUARD(5)} select d.dropped from permit, drop_week($1::text, $2::text, $3::float8, $4::uuid[]) d(dropped)`,
    [retention, options.week, keepDays, options.keep, ...termValues(leader)],
  );
  return rows[0]?.dropped;
}

/** Removes finished jobs of the class's default partition, at most `limit`; answers how many. */
export async function sweepDefault(
  db: Queryable,
  leader: LeaderTerm,
  { retention, keepDays }: KeptClass,
  limit: number,
): Promise<number> {
  const rows = await runStatement<{ swept: number }>(
    db,
    'sweep-default',
    `with ${LEADER_GUARD(4)} select s.swept from permit, sweep_default($1::text, $2::float8, $3::int) s(swept)`,
    [retention, keepDays, limit, ...termValues(leader)],
  );
  return rows[0]?.swept ?? 0;
}

/** Removes old lines of the audit log and bulk actions that ended, at most `limit` of each; answers how many. */
export async function retireRecords(
  db: Queryable,
  leader: LeaderTerm,
  options: { auditDays: number; actionDays: number; limit: number },
): Promise<number> {
  const rows = await runStatement<{ retired: number }>(
    db,
    'retire-records',
    `with ${LEADER_GUARD(4)} select r.retired from permit, retire_records($1::float8, $2::float8, $3::int) r(retired)`,
    [options.auditDays, options.actionDays, options.limit, ...termValues(leader)],
  );
  return rows[0]?.retired ?? 0;
}

const UPLOADS = `
with ${LEADER_GUARD(3)},
old as (
  select id from files where state = 'pending' and created_at < (select windlass_now()) - $1::float8 * interval '1 hour'
    and exists (select from permit) order by created_at limit $2::int for update skip locked
)
delete from files f using old where f.id = any(array(select id from old)) and f.id = old.id and f.state = 'pending' returning f.id`;

/**
 * Forgets uploads that were begun and not finished, at most `limit`. Only the rows: what arrived of them lies in the gateways'
 * folder, which neither this service nor a worker may touch. The bucket's lifecycle rule, or a sweep of the directory, takes it away.
 * Uses files_pending.
 */
export async function dropPendingUploads(
  db: Queryable,
  leader: LeaderTerm,
  options: { olderHours: number; limit: number },
): Promise<number> {
  const values = [options.olderHours, options.limit, ...termValues(leader)];
  return (await runStatement<{ id: string }>(db, 'drop-pending-uploads', UPLOADS, values)).length;
}
