import { isTerminal } from '@windlass/lifecycle';
import type { RunningAction } from './job-actions.js';
import { type Connectable, runTransaction } from './run-transaction.js';
import { runStatement } from './statement.js';

/**
 * Rows looked at in one turn, whether they match or not: some ten milliseconds. A filter that matches rarely takes more turns, never a
 * longer statement.
 */
const WINDOW = 5_000;
/** Ids carry the clock of the core that made them, `created_at` the database's. Hosts whose clocks differ more have other troubles. */
const CLOCK_SLACK_MS = 3_600_000;

/** Reading waits for no lock. */
const LOCK_TIMEOUT_MS = 1_000;

type Place = 'unfinished' | 'finished' | 'unsuccessful';

const COLUMNS = 'id, run, state, type, queue, tags, created_at';
const BY_TENANT = `where (tenant_id, id) < ($1::text, $2::uuid) and (tenant_id, id) >= ($1::text, $3::uuid) order by tenant_id desc, id desc`;

/**
 * Each is a walk along one index: compared as whole rows and in the order of that index, so that no other serves. With stale statistics
 * the planner would rather collect and sort all of the tenant's jobs: in the walk's transaction it may not.
 */
const WALK: Record<Place, string> = {
  unfinished: `select ${COLUMNS}, '' as outcome from jobs ${BY_TENANT}`,
  finished: `select ${COLUMNS}, outcome from job_history ${BY_TENANT}`,
  // Failures are few and looked for often.
  unsuccessful: `select ${COLUMNS}, outcome from job_history
    where (tenant_id, state, id) < ($1::text, $5::text, $2::uuid) and (tenant_id, state, id) >= ($1::text, $5::text, $3::uuid)
      and state <> 'succeeded' order by tenant_id desc, state desc, id desc`,
};

const WALK_IN_ORDER = `select set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true),
  set_config('enable_bitmapscan', 'off', true)`;

/** Of the last job some runs may lie beyond a full window: it is left for the next turn. */
const text = (place: Place) => `
with looked as materialized (${WALK[place]} limit ${WINDOW}),
cut as materialized (select (select id from looked order by id limit 1) as id from looked having count(*) = ${WINDOW}),
picked as materialized (
  select distinct on (id) id, run from looked
  where ($5::text is null or state = $5) and ($6::text is null or type = $6) and ($7::text is null or queue = $7)
    and ($8::text is null or $8 = any(tags)) and ($9::text is null or outcome = $9)
    and ($10::float8 is null or created_at >= to_timestamp($10 / 1000)) and ($11::float8 is null or created_at < to_timestamp($11 / 1000))
    and not exists (select from cut where cut.id = looked.id)
  order by id desc, run desc limit $4::int
)
select array(select id from picked order by id desc) as ids, array(select run from picked order by id desc) as runs,
  case when (select count(*) from picked) = $4 then (select id from picked order by id limit 1)
    else (select coalesce((select l.id from looked l where l.id > cut.id order by l.id limit 1), cut.id) from cut) end as cursor`;

/** A run of a job that matched a filter when it was looked at. */
export interface FoundRun {
  id: string;
  run: number;
}

/**
 * The next jobs that an action is about, newest first, below its cursor: those that existed when it was made. Answers at most `limit`
 * runs, one a job, and the cursor behind what was looked at; undefined: that was all. Jobs move on, so `holdMatching` looks again.
 * Uses jobs_by_tenant, job_history_by_tenant or job_history_unsuccessful.
 */
export async function findActionJobs(
  db: Connectable,
  { id, tenantId, action, filter, cursor }: RunningAction,
  limit: number,
): Promise<{ runs: FoundRun[]; cursor: string | undefined }> {
  const failed = filter.state !== undefined && isTerminal(filter.state) && filter.state !== 'succeeded';
  const place: Place = action === 'cancel' ? 'unfinished' : failed ? 'unsuccessful' : 'finished';
  const ceiling = floorOf((filter.createdBefore ?? Number.POSITIVE_INFINITY) + CLOCK_SLACK_MS);
  const start = cursor ?? id;
  const values = [
    tenantId,
    [start, ceiling].sort()[0],
    floorOf((filter.createdAfter ?? 0) - CLOCK_SLACK_MS),
    limit,
    filter.state ?? null,
    filter.type ?? null,
    filter.queue ?? null,
    filter.tag ?? null,
    filter.outcome ?? null,
    filter.createdAfter ?? null,
    filter.createdBefore ?? null,
  ];
  const rows = await runTransaction(db, LOCK_TIMEOUT_MS, async (tx) => {
    await runStatement(tx, 'walk-in-order', WALK_IN_ORDER, []);
    return runStatement<Row>(tx, `find-${place}-jobs`, TEXTS[place], values);
  });
  const { ids, runs, cursor: next } = rows[0] ?? { ids: [], runs: [], cursor: null };
  return { runs: ids.map((each, n) => ({ id: each, run: runs[n] ?? 0 })), cursor: next ?? undefined };
}

interface Row {
  ids: string[];
  runs: number[];
  cursor: string | null;
}

/** The smallest UUIDv7 of a moment (RFC 9562: the first 48 bits are ms since the epoch). */
function floorOf(ms: number): string {
  const hex = Math.min(Math.max(Math.trunc(ms), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

const TEXTS: Record<Place, string> = {
  unfinished: text('unfinished'),
  finished: text('finished'),
  unsuccessful: text('unsuccessful'),
};
