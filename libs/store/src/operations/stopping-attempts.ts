import type { AttemptRef } from '@windlass/contracts';
import { asFreed, type FreedRow, type FreedSlot } from './freed-slot.js';
import { attemptPrefixOf } from './garbage.js';
import { LEADER_GUARD, type Rescue, rescueValues } from './leader-guard.js';
import { type Queryable, runStatement } from './statement.js';

/** Attempts whose job was cancelled while they ran: they hold their tokens until their end is reported or their lease runs out. */

const INPUT = `input as materialized (select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) as i(job_id, run, epoch, token))`;
const IS_SAME =
  's.job_id = any($1) and s.job_id = i.job_id and s.run = i.run and s.epoch = i.epoch and s.token = i.token';
const FREED = 's.job_id as id, s.tenant_id, s.queue, s.type, s.concurrency_key';

const refValues = (attempts: AttemptRef[]): unknown[] => [
  attempts.map((each) => each.jobId),
  attempts.map((each) => each.run),
  attempts.map((each) => each.epoch),
  attempts.map((each) => each.token),
];

const EXTEND = `
with clock as materialized (select windlass_now() as at), ${INPUT}
update stopping_attempts s set lease_until = (select at from clock) + $5::float8 * interval '1 ms' from input i where ${IS_SAME}
returning s.job_id as id, s.epoch`;

/** Moves the leases of cancelled attempts on: their children still live. Answers which of `attempts` are such. */
export async function extendStopping(
  db: Queryable,
  attempts: AttemptRef[],
  leaseMs: number,
): Promise<{ id: string; epoch: number }[]> {
  return runStatement<{ id: string; epoch: number }>(db, 'extend-stopping', EXTEND, [...refValues(attempts), leaseMs]);
}

const CLOSE = `with ${INPUT} delete from stopping_attempts s using input i where ${IS_SAME} returning ${FREED}`;

/** The worker says that these have ended. Answers those that were open: their key and their place in the queue are free now. */
export async function closeStopping(db: Queryable, attempts: AttemptRef[]): Promise<FreedSlot[]> {
  if (attempts.length === 0) return [];
  return (await runStatement<FreedRow>(db, 'close-stopping', CLOSE, refValues(attempts))).map(asFreed);
}

const CLOSE_DEAD = `
with ${LEADER_GUARD(3)},
clock as materialized (select windlass_now() as at),
dead as materialized (
  select job_id, run, epoch from stopping_attempts
  where lease_until < (select at from clock) and exists (select from permit)
    and exists (select from beat_path p where p.grace_until < (select at from clock)
      and p.proved_at > (select at from clock) - $1::float8 * interval '1 ms')
  order by job_id, run, epoch limit $2::int for update skip locked
),
closed as (
  delete from stopping_attempts s using dead d
  where s.job_id = any(array(select job_id from dead)) and s.job_id = d.job_id and s.run = d.run and s.epoch = d.epoch
  returning ${FREED}, s.run, s.epoch
),
litter as (
  insert into garbage (id, prefix, due_at, created_at)
  select gen_random_uuid(), ${attemptPrefixOf('g')}, (select at from clock) + $6::float8 * interval '1 ms', (select at from clock) from closed g
)
select id, tenant_id, queue, type, concurrency_key from closed`;

/**
 * Closes those whose lease ran out while beats could be recorded, by the rules of `readLostAttempts`: nobody will report them any
 * more. What they wrote is garbage later on. The table is as small as there are cancels under way.
 */
export async function closeDeadStopping(
  db: Queryable,
  options: { gapMs: number; limit: number },
  rescue: Rescue,
): Promise<FreedSlot[]> {
  const values = [options.gapMs, options.limit, ...rescueValues(rescue)];
  return (await runStatement<FreedRow>(db, 'close-dead-stopping', CLOSE_DEAD, values)).map(asFreed);
}
