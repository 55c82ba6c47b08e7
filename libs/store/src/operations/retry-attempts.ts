import type { AttemptError, AttemptOutcome, AttemptRef } from '@windlass/contracts';
import { asFreed, FREED_COLUMNS, type FreedRow, type FreedSlot } from './freed-slot.js';
import { attemptPrefixOf } from './garbage.js';
import { LEADER_GUARD, type Rescue, rescueValues } from './leader-guard.js';
import { type Queryable, runStatement, storableJson } from './statement.js';

/** An attempt that ended and will be followed by another after `delayMs`. */
export interface RetriedAttempt extends AttemptRef {
  outcome: AttemptOutcome;
  error?: AttemptError;
  delayMs: number;
  /** It stored something: what lies under its prefix may go. */
  litters?: boolean;
}

type Variant = 'plain' | 'littering' | 'lost';

/** `due`: when what the attempt left behind may go. */
const LITTER: Record<Variant, { due: string; where: string } | undefined> = {
  plain: undefined,
  littering: { due: '(select at from clock)', where: 'where g.litters' },
  lost: { due: `(select at from clock) + $11::float8 * interval '1 ms'`, where: '' },
};

const text = (variant: Variant) => {
  const litter = LITTER[variant];
  return `
with ${variant === 'lost' ? `${LEADER_GUARD(8)},` : ''}
clock as materialized (select windlass_now() as at),
input as materialized (
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::float8[]${variant === 'littering' ? ', $8::boolean[]' : ''})
    as i(job_id, run, epoch, token, outcome, error, delay_ms${variant === 'littering' ? ', litters' : ''})
),
back as (
  update jobs j set
    state = case when i.delay_ms > 0 then 'scheduled' else 'queued' end,
    run_at = (select at from clock) + i.delay_ms * interval '1 ms',
    queued_at = case when i.delay_ms > 0 then null else (select at from clock) end,
    attempt = j.attempt - (i.outcome = 'aborted')::int, releases = j.releases + (i.outcome = 'aborted')::int,
    error = i.error::jsonb, timeouts = j.timeouts + (i.outcome = 'timed-out')::int, retries = j.retries + 1,
    expires_at = case when i.outcome = 'aborted' then null else j.expires_at end,
    held = j.concurrency_key is not null, token = null, lease_until = null, incarnation = null, dispatch_until = null
  from input i
  where j.id = any($1) and j.id = i.job_id and (j.state || '') = 'running' and j.run = i.run and j.epoch = i.epoch and j.token = i.token
    ${variant === 'lost' ? 'and exists (select from permit) and j.lease_until < (select at from clock)' : ''}
  returning j.retention, j.tenant_id, j.id, j.run, j.epoch, j.worker, j.machine, j.started_at, j.error, j.queue, j.type,
    j.concurrency_key, i.outcome${variant === 'littering' ? ', i.litters' : ''}
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, worker, machine, started_at, error)
  select retention, tenant_id, id, run, epoch, 'attempt-' || outcome, false, (select at from clock), worker, machine, started_at, error from back
)${
    litter
      ? `,
litter as (
  insert into garbage (id, prefix, due_at, created_at)
  select gen_random_uuid(), ${attemptPrefixOf('g')}, ${litter.due}, (select at from clock) from back g ${litter.where}
)`
      : ''
  }
select ${FREED_COLUMNS} from back`;
};

const PLAIN = { name: 'retry-attempts', text: text('plain') };
const LITTERING = { name: 'retry-littering-attempts', text: text('littering') };
const LOST = { name: 'retry-lost-attempts', text: text('lost') };

/**
 * `running → scheduled` (or straight to `queued` without a delay) with the attempt's end as an event. Compare-and-set as in
 * `finishAttempts`; an attempt that a drain aborted is not counted, but it had started: the time to live is over. A job with a concurrency key gives it back and waits for it
 * again. Answers the jobs that go on.
 */
export async function retryAttempts(db: Queryable, attempts: RetriedAttempt[], rescue?: Rescue): Promise<FreedSlot[]> {
  const littering = attempts.some((each) => each.litters);
  const statement = rescue ? LOST : littering ? LITTERING : PLAIN;
  const rows = await runStatement<FreedRow>(db, statement.name, statement.text, [
    attempts.map((each) => each.jobId),
    attempts.map((each) => each.run),
    attempts.map((each) => each.epoch),
    attempts.map((each) => each.token),
    attempts.map((each) => each.outcome),
    attempts.map((each) => storableJson(each.error)),
    attempts.map((each) => each.delayMs),
    ...(statement === LITTERING ? [attempts.map((each) => each.litters ?? false)] : []),
    ...(rescue ? rescueValues(rescue) : []),
  ]);
  return rows.map(asFreed);
}
