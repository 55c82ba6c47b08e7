import type { JobState } from '@windlass/contracts';
import { asFreed, FREED_COLUMNS, type FreedRow, type FreedSlot } from './freed-slot.js';
import { KEPT_COLUMNS, keptColumnsOf } from './history-columns.js';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement, storableText } from './statement.js';

export interface JobToCancel {
  tenantId: string;
  id: string;
  /** Who asked for it. */
  actor: string;
  reason?: string;
  /** Id of a line in the audit log, which is written with the cancel; without one there is none (a bulk action has its own). */
  auditId?: string;
}

export interface CancelledJob extends FreedSlot {
  /** Its attempt goes on until the worker has heard of it, and holds the job's key and its place in the queue's limit until then. */
  wasRunning: boolean;
  run: number;
  epoch: number;
  /** Of the worker that runs it. */
  incarnation: string | null;
}

interface Row extends FreedRow {
  was_running: boolean;
  run: number;
  epoch: number;
  incarnation: string | null;
}

const text = (guarded: boolean) => `
with ${guarded ? `${LEADER_GUARD(6)},` : ''}
clock as materialized (select windlass_now() as at),
input as materialized (
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as i(job_id, tenant_id, actor, reason, audit_id)
),
locked as materialized (
  select j.id from jobs j join input i on i.job_id = j.id and i.tenant_id = j.tenant_id
  where j.id = any($1) ${guarded ? 'and exists (select from permit)' : ''} order by j.id for update of j
),
gone as (
  delete from jobs j using input i, locked l
  where j.id = any($1) and l.id = j.id and i.job_id = j.id
  returning ${keptColumnsOf('j')}, j.timeouts, j.buries, j.error, j.token, j.incarnation, j.lease_until, j.state = 'running' as was_running,
    i.actor, i.reason, i.audit_id
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, worker, machine, started_at, actor, reason)
  select retention, tenant_id, id, run, epoch, 'cancelled', true, (select at from clock), case when was_running then worker end,
    case when was_running then machine end, case when was_running then started_at end, actor, reason from gone
),
stopping as (
  insert into stopping_attempts (job_id, run, epoch, token, tenant_id, type, queue, concurrency_key, retention, worker, incarnation, lease_until)
  select id, run, epoch, token, tenant_id, type, queue, concurrency_key, retention, worker, incarnation, lease_until from gone where was_running
),
audited as (
  insert into audit_log (id, tenant_id, at, actor, action, object, detail)
  select audit_id, tenant_id, (select at from clock), actor, 'cancel', id::text, case when reason is not null then jsonb_build_object('reason', reason) end
  from gone where audit_id is not null
),
kept as (
  insert into job_history (${KEPT_COLUMNS}, timeouts, buries, error, state, outcome, reason, finished_at)
  select ${KEPT_COLUMNS}, timeouts, buries, error, 'cancelled', 'cancelled', reason, (select at from clock) from gone
)
select ${FREED_COLUMNS}, run, epoch, incarnation, was_running from gone`;

const FREE = text(false);
const GUARDED = text(true);

/**
 * Ends unfinished jobs as `cancelled`, in whatever state they are: hot row out, history row and the one terminal event in. Against a
 * completion or another cancel the delete of the row decides. A running job's attempt goes to stopping_attempts with its token and
 * lease; the history row has no token, so that the attempt's own report is not taken for this end. Answers the jobs that were
 * cancelled here; an id may be named once. What their owners must hear is told after the commit, by the caller.
 * @param leader given by the scheduler: then nothing is cancelled unless that term holds
 */
export async function cancelJobsInStore(
  db: Queryable,
  items: JobToCancel[],
  leader?: LeaderTerm,
): Promise<CancelledJob[]> {
  if (items.length === 0) return [];
  const rows = await runStatement<Row>(db, leader ? 'cancel-jobs-as-leader' : 'cancel-jobs', leader ? GUARDED : FREE, [
    items.map((each) => each.id),
    items.map((each) => each.tenantId),
    items.map((each) => storableText(each.actor)),
    items.map((each) => (each.reason === undefined ? null : storableText(each.reason))),
    items.map((each) => each.auditId ?? null),
    ...(leader ? termValues(leader) : []),
  ]);
  return rows.map((row) => ({
    ...asFreed(row),
    wasRunning: row.was_running,
    run: row.run,
    epoch: row.epoch,
    incarnation: row.incarnation,
  }));
}

export interface CancelledState {
  id: string;
  state: JobState;
  /** A cancelled run's attempt has not ended yet. */
  stopping: boolean;
}

const STATE = `
select distinct on (h.id) h.id, h.state, exists (
  select from stopping_attempts s where s.job_id = any($1) and s.job_id = h.id and s.run = h.run
) as stopping
from unnest($1::uuid[], $2::text[]) as i(job_id, tenant_id) join job_history h on h.id = i.job_id and h.tenant_id = i.tenant_id
where h.retention in ('short', 'standard', 'long') and h.id = any($1) order by h.id, h.run desc`;

/** How the last runs of these jobs ended, for those that a cancel did not find. What is missing is unknown, or runs again. */
export async function readEndStates(
  db: Queryable,
  jobs: { id: string; tenantId: string }[],
): Promise<CancelledState[]> {
  return runStatement<CancelledState>(db, 'read-end-states', STATE, [
    jobs.map((each) => each.id),
    jobs.map((each) => each.tenantId),
  ]);
}
