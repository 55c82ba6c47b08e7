import type { JobState } from '@windlass/contracts';
import { lockFinishedJobs } from './lock-jobs.js';
import type { Lane } from './refill-lane.js';
import { type Queryable, runStatement, storableText } from './statement.js';

export interface JobToReplay {
  tenantId: string;
  id: string;
  /** Who asked for it. */
  actor: string;
  /** Id of a line in the audit log, written with the replay; without one there is none (a bulk action has its own). */
  auditId?: string;
}

export interface ReplayedJob extends Lane {
  id: string;
  tenantId: string;
  /** Of the new run. */
  run: number;
  state: JobState;
  /** Where there is one the job waits at its gate, and is to be admitted. */
  concurrencyKey: string | null;
}

/** Why a job was not replayed. `queue-unknown`: its named queue is gone, with its limit. `duplicate`: another unfinished job has its dedupe key. */
export type ReplayRefusal = 'unknown' | 'unfinished' | 'queue-unknown' | 'duplicate';

export interface RefusedReplay {
  why: ReplayRefusal;
  /** Of its last run, where there is one. */
  queue: string | null;
}

const COPIED = `id, tenant_id, type, type_version, queue, priority, epoch, max_attempts, timeouts, retries, buries, payload, tags, retention,
  soft_ms, hard_ms, backoff, retry_timeout, request_id, created_at, dedupe_key, concurrency_key, concurrency_limit`;

const TEXT = `
with clock as materialized (select windlass_now() as at),
input as materialized (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as i(job_id, tenant_id, actor, audit_id)),
hot as materialized (select j.id, j.tenant_id from jobs j where j.id = any($1)),
last_run as materialized (
  select distinct on (h.id) h.* from job_history h
  where h.tenant_id = any($2) and h.id = any($1) and not exists (select from hot where hot.id = h.id)
  order by h.id, h.run desc
),
own as materialized (
  select l.*, i.actor, i.audit_id, l.queue = l.type or exists (select from queues q where q.name = l.queue and q.named) as queue_known
  from last_run l join input i on i.job_id = l.id and i.tenant_id = l.tenant_id
),
back as (
  insert into jobs (${COPIED}, run, state, attempt, releases, queued_at, held)
  select ${COPIED}, run + 1, 'queued', 0, 0, (select at from clock), concurrency_key is not null from own where queue_known order by id
  on conflict do nothing
  returning id, tenant_id, queue, type, run, epoch, state, retention, concurrency_key
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, actor)
  select b.retention, b.tenant_id, b.id, b.run, b.epoch, 'replayed', false, (select at from clock), o.actor from back b join own o on o.id = b.id
),
audited as (
  insert into audit_log (id, tenant_id, at, actor, action, object, detail)
  select o.audit_id, b.tenant_id, (select at from clock), o.actor, 'replay', b.id::text, jsonb_build_object('run', b.run)
  from back b join own o on o.id = b.id where o.audit_id is not null
)
select i.job_id as id, b.tenant_id, coalesce(b.queue, o.queue) as queue, b.type, b.run, b.state, b.concurrency_key,
  case when b.id is not null then null
    when hot.id is not null then 'unfinished'
    when not o.queue_known then 'queue-unknown'
    when o.id is not null then 'duplicate'
    else 'unknown' end as refusal
from input i left join back b on b.id = i.job_id left join hot on hot.id = i.job_id and hot.tenant_id = i.tenant_id
  left join own o on o.id = i.job_id`;

interface Row {
  id: string;
  tenant_id: string;
  queue: string;
  type: string;
  run: number;
  state: JobState;
  concurrency_key: string | null;
  refusal: ReplayRefusal | null;
}

/**
 * Copies the last run of finished jobs back to the hot table as run + 1, to be started at once; the run that ended stays in the history.
 * Epochs go on, so that nothing of an earlier attempt is current; timeouts, retries and buries go on counting. Into a named queue that was
 * removed nothing is brought back: it would run there without its limit. Of two replays at once
 * one wins and the other finds the job unfinished. An id may be named once.
 * @param tx a transaction: the lock on the ids holds to its end. What the new runs wait for is told after the commit, by the caller.
 */
export async function replayJobsInStore(
  tx: Queryable,
  items: JobToReplay[],
): Promise<{ replayed: ReplayedJob[]; refused: Map<string, RefusedReplay> }> {
  await lockFinishedJobs(
    tx,
    items.map((each) => each.id),
  );
  const rows = await runStatement<Row>(tx, 'replay-jobs', TEXT, [
    items.map((each) => each.id),
    items.map((each) => each.tenantId),
    items.map((each) => storableText(each.actor)),
    items.map((each) => each.auditId ?? null),
  ]);
  const replayed: ReplayedJob[] = [];
  const refused = new Map<string, RefusedReplay>();
  for (const row of rows) {
    if (row.refusal) refused.set(row.id, { why: row.refusal, queue: row.queue });
    else replayed.push(asReplayed(row));
  }
  return { replayed, refused };
}

const asReplayed = (row: Row): ReplayedJob => ({
  id: row.id,
  tenantId: row.tenant_id,
  queue: row.queue,
  type: row.type,
  run: row.run,
  state: row.state,
  concurrencyKey: row.concurrency_key,
});
