import type { AttemptError, AttemptOutcome, AttemptRef } from '@windlass/contracts';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement, storableJson } from './statement.js';

/** An attempt that ended and will be followed by another after `delayMs`. */
export interface RetriedAttempt extends AttemptRef {
  outcome: AttemptOutcome;
  error?: AttemptError;
  delayMs: number;
}

const text = (guarded: boolean) => `
with ${guarded ? `${LEADER_GUARD(8)},` : ''}
clock as materialized (select windlass_now() as at),
input as materialized (
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::float8[])
    as i(job_id, run, epoch, token, outcome, error, delay_ms)
),
back as (
  update jobs j set
    state = case when i.delay_ms > 0 then 'scheduled' else 'queued' end,
    run_at = (select at from clock) + i.delay_ms * interval '1 ms',
    queued_at = case when i.delay_ms > 0 then null else (select at from clock) end,
    attempt = j.attempt - (i.outcome = 'aborted')::int, releases = j.releases + (i.outcome = 'aborted')::int,
    error = i.error::jsonb, timeouts = j.timeouts + (i.outcome = 'timed-out')::int,
    token = null, lease_until = null, incarnation = null, dispatch_until = null
  from input i
  where j.id = any($1) and j.id = i.job_id and (j.state || '') = 'running' and j.run = i.run and j.epoch = i.epoch and j.token = i.token
    ${guarded ? 'and exists (select from permit) and j.lease_until < (select at from clock)' : ''}
  returning j.retention, j.tenant_id, j.id, j.run, j.epoch, j.worker, j.error, j.queue, j.type, i.outcome
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, worker, error)
  select retention, tenant_id, id, run, epoch, 'attempt-' || outcome, false, (select at from clock), worker, error from back
)
select id, queue, type from back`;

const FREE = text(false);
const GUARDED = text(true);

/**
 * `running → scheduled` (or straight to `queued` without a delay) with the attempt's end as an event. Compare-and-set as in
 * `finishAttempts`; an attempt that a drain aborted is not counted. Answers the ids with their lanes.
 */
export async function retryAttempts(db: Queryable, attempts: RetriedAttempt[], leader?: LeaderTerm) {
  return runStatement<{ id: string; queue: string; type: string }>(
    db,
    leader ? 'retry-lost-attempts' : 'retry-attempts',
    leader ? GUARDED : FREE,
    [
      attempts.map((each) => each.jobId),
      attempts.map((each) => each.run),
      attempts.map((each) => each.epoch),
      attempts.map((each) => each.token),
      attempts.map((each) => each.outcome),
      attempts.map((each) => storableJson(each.error)),
      attempts.map((each) => each.delayMs),
      ...(leader ? termValues(leader) : []),
    ],
  );
}
