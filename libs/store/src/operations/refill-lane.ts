import { type Queryable, runStatement } from './statement.js';

/** Jobs of one type in one queue: what is handed over together. */
export interface Lane {
  queue: string;
  type: string;
}

/** `room` is null in a queue without a limit. Running and stopping jobs are counted only where there is one. */
const TEXT = `
with clock as materialized (select windlass_now() as at),
gate as materialized (
  select case when q.paused_at is not null then 0 when q.max_running is not null then greatest(0, q.max_running
    - (select count(*) from jobs r where r.queue = $1::text and r.state = 'running')
    - (select count(*) from stopping_attempts s where s.queue = $1::text))::int end as room
  from queues q where q.name = $1::text
),
head as materialized (
  select id, priority, dispatch_until from jobs where queue = $1::text and type = $2::text and state = 'queued' and not held
    and ($5::int[] is null or type_version = any($5))
    and (expires_at is null or attempt > 0 or expires_at > (select at from clock))
  order by priority desc, id limit least($3::int, (select room from gate))
),
due as (
  select j.id from jobs j
  where j.id = any(array(select id from head where dispatch_until is null or dispatch_until <= (select at from clock)))
    and (j.state || '') = 'queued' and not j.held and (j.dispatch_until is null or j.dispatch_until <= (select at from clock))
  order by j.id for update skip locked
),
marked as (
  update jobs j set dispatch_until = (select at from clock) + $4::float8 * interval '1 ms'
  where j.id = any(array(select id from due)) returning j.id
)
select (select count(*)::int from head) as head, (select room from gate) as room,
  array(select m.id from marked m join head h on h.id = m.id order by h.priority desc, m.id) as ids`;

export interface Refill {
  /** How many should be out. Below the window: nothing is left behind. */
  head: number;
  /** Of a queue that is paused or has a limit: how many more may run there. Null in any other. */
  room: number | null;
  /** What to publish now, in order. */
  ids: string[];
}

/**
 * The first `window` queued jobs of a lane are the ones that should be out; those without a live mark get one and are answered
 * in order. `versions`: those that some worker has; jobs of others wait aside, or a window of them would hold up the lane for
 * ever, and so do jobs past their time to live. None of a paused queue, and no more than the room in one with a limit. Stateless:
 * needs no counter of what is out. Uses jobs_open.
 */
export async function refillLane(
  db: Queryable,
  lane: Lane,
  options: { window: number; markMs: number; versions?: number[] },
): Promise<Refill> {
  const rows = await runStatement<Refill>(db, 'refill-lane', TEXT, [
    lane.queue,
    lane.type,
    options.window,
    options.markMs,
    options.versions ?? null,
  ]);
  return rows[0] ?? { head: 0, room: null, ids: [] };
}

/** Takes marks back: what was to be handed over was not. */
export async function clearMarks(db: Queryable, ids: string[]): Promise<void> {
  await runStatement(
    db,
    'clear-marks',
    `update jobs set dispatch_until = null where id = any($1::uuid[]) and (state || '') = 'queued'`,
    [ids],
  );
}

/** The broker's queue of a type was gone, and with it whatever was out: all of it is due again. */
export async function clearMarksOfType(db: Queryable, type: string): Promise<number> {
  const rows = await runStatement<{ id: string }>(
    db,
    'clear-marks-of-type',
    `update jobs set dispatch_until = null where type = $1::text and state = 'queued' and dispatch_until is not null returning id`,
    [type],
  );
  return rows.length;
}

const LANES = `
with recursive lane as (
  (select queue, type from jobs where state = 'queued' and not held order by queue, type limit 1)
  union all
  select next.queue, next.type from lane, lateral (
    select j.queue, j.type from jobs j where j.state = 'queued' and not j.held and (j.queue, j.type) > (lane.queue, lane.type) order by j.queue, j.type limit 1
  ) next
)
select queue, type from lane limit 10000`;

/** Lanes with anything queued, by hopping along jobs_open (a loose index scan): as many steps as lanes, however many jobs. */
export async function listLanes(db: Queryable): Promise<Lane[]> {
  return runStatement<{ queue: string; type: string }>(db, 'list-lanes', LANES, []);
}
