import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

const FOLD = `
with ${LEADER_GUARD(2)},
taken as (
  delete from queue_deltas where id = any(array(
    select id from queue_deltas where exists (select from permit) order by id limit $1::int for update skip locked
  )) returning queue, type, state, delta
),
folded as (
  insert into queue_counts as c (queue, type, state, n)
  select queue, type, state, sum(delta) from taken group by queue, type, state order by queue, type, state
  on conflict (queue, type, state) do update set n = c.n + excluded.n
)
select count(*)::int as count from taken`;

/** Adds at most `limit` deltas up into the counts, and answers how many there were. The figures do not change by it. */
export async function foldQueueDeltas(db: Queryable, leader: LeaderTerm, limit: number): Promise<number> {
  const rows = await runStatement<{ count: number }>(db, 'fold-queue-deltas', FOLD, [limit, ...termValues(leader)]);
  return rows[0]?.count ?? 0;
}

export type CountedState = 'blocked' | 'scheduled' | 'queued' | 'held' | 'running';

export interface LaneFigures {
  queue: string;
  type: string;
  counts: Partial<Record<CountedState, number>>;
  /** How long the one that has been queued longest has waited, as the first of each priority tells. */
  oldestMs: number | null;
}

/**
 * Both parts in one snapshot: exact at any moment (decision 0012). The hops are one index entry per priority of a lane with jobs: the first
 * at or below it, in the index's own order, since an order by id alone would tempt the planner to walk the primary key.
 */
const READ = `
with figure as materialized (
  select queue, type, state, sum(n)::float8 as n from (
    select queue, type, state, n from queue_counts where $1::text is null or queue = $1
    union all select queue, type, state, delta from queue_deltas where $1::text is null or queue = $1
  ) parts group by queue, type, state having sum(n) <> 0
)
select lane.queue, lane.type, lane.counts, (extract(epoch from windlass_now() - (
    select min(first.queued_at) from generate_series(0, 9) as p(priority), lateral (
      select j.queued_at from jobs j
      where j.queue = lane.queue and j.type = lane.type and j.state = 'queued' and not j.held and j.priority <= p.priority
      order by j.priority desc, j.id limit 1
    ) first
    where lane.counts ? 'queued'
  )) * 1000)::float8 as oldest_ms
from (select queue, type, jsonb_object_agg(state, n) as counts from figure group by queue, type) lane
order by lane.queue, lane.type limit 10000`;

/** Jobs by lane and state, without counting any; lanes without jobs are left out. Of one queue when it is named. Uses jobs_open. */
export async function readQueueFigures(db: Queryable, queue?: string): Promise<LaneFigures[]> {
  const rows = await runStatement<Omit<LaneFigures, 'oldestMs'> & { oldest_ms: number | null }>(
    db,
    'read-queue-figures',
    READ,
    [queue ?? null],
  );
  return rows.map(({ oldest_ms: oldestMs, ...lane }) => ({ ...lane, oldestMs }));
}
