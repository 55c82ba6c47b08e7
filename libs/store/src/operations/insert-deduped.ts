import type { JobState } from '@windlass/contracts';
import { type CancelledJob, cancelJobsInStore } from './cancel-jobs.js';
import { findKeys, type KeyHolder, keepKeys } from './idempotency-keys.js';
import { type InsertOptions, insertShaped, KEY_LIFE_MS, type NewJob } from './insert-jobs.js';
import { KEY_HASH } from './insert-text.js';
import { type Connectable, runTransaction } from './run-transaction.js';
import { type Queryable, runStatement } from './statement.js';

export type DedupedOutcome =
  | { kind: 'inserted'; state: JobState }
  /** An earlier request has its idempotency key. */
  | { kind: 'repeated'; holder: KeyHolder }
  /** An unfinished job has its dedupe key. */
  | { kind: 'duplicate'; holder: { id: string; state: JobState; type: string } }
  /** Another transaction is at work on one of its keys: ask again soon. `repeated`: it may be this job's own, then ask as a repetition. */
  | { kind: 'busy'; on: 'key' | 'dedupe'; repeated?: true };

/** What `replace` writes as the one who cancelled: a submission does not say whose it is. */
const ACTOR = 'submission';
/** Rows of holders are locked for milliseconds only. */
const LOCK_TIMEOUT_MS = 1_000;
/** A holder may end between the look at it and the next insert; it does not do so again and again. */
const MAX_ROUNDS = 3;

const LOCK = `
select a.key is null or pg_try_advisory_xact_lock(${KEY_HASH('a.tenant_id', 'a.key')}) as key_free,
  pg_try_advisory_xact_lock(hashtextextended(a.tenant_id || chr(10) || a.dedupe_key, 13)) as dedupe_free
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as a(tenant_id, key, dedupe_key, n) order by n`;

/** `limit` makes it a look-up per key: joined, the planner would rather read the whole index. */
const HOLDERS = `
select h.* from unnest($1::text[], $2::text[]) as a(tenant_id, dedupe_key), lateral (
  select tenant_id, dedupe_key, id, state, type from jobs
  where tenant_id = a.tenant_id and dedupe_key = a.dedupe_key and dedupe_key is not null limit 1
) h`;

const OWN = `
select id, case when (state || '') = 'scheduled' then 'scheduled' else 'queued' end as state from jobs where id = any($1::uuid[])
union all select id, 'queued' from job_history where id = any($1)`;

type Outcomes = Map<string, DedupedOutcome>;

/**
 * Inserts jobs with dedupe keys, each on its own terms when an unfinished job of the tenant has its key already, in one transaction with
 * the cancels of those that are replaced. Jobs with the same dedupe key are taken in their order. Idempotency keys within one call must
 * be different, and so must the dedupe keys of those that replace. One outcome a job, in order; `cancelled` are the jobs that were replaced, for whom the caller does what follows a cancel. Uses jobs_dedupe.
 */
export async function insertDedupedJobs(
  db: Connectable,
  jobs: NewJob[],
  options: InsertOptions,
): Promise<{ outcomes: DedupedOutcome[]; cancelled: CancelledJob[] }> {
  return runTransaction(db, LOCK_TIMEOUT_MS, async (tx) => {
    const outcomes: Outcomes = new Map();
    const cancelled: CancelledJob[] = [];
    let open = await leaveBusy(tx, jobs, outcomes);
    if (options.repeated) open = await leaveOwn(tx, open, outcomes);
    const fresh = open;
    open = await leaveRepeated(tx, open, outcomes);
    for (let round = 0; round < MAX_ROUNDS && open.length > 0; round += 1) {
      const inserted = await insertShaped(tx, firstOfEachKey(open), SHAPE, options.markMs);
      for (const [id, state] of inserted) outcomes.set(id, { kind: 'inserted', state });
      open = open.filter((job) => !inserted.has(job.id));
      if (open.length > 0) open = await settleHeld(tx, open, outcomes, cancelled);
    }
    for (const job of open) outcomes.set(job.id, { kind: 'busy', on: 'dedupe' });
    await keepKeys(tx, newKeys(fresh, outcomes), KEY_LIFE_MS);
    return { outcomes: jobs.map((job) => answerOf(outcomes.get(job.id), options.repeated)), cancelled };
  });
}

function answerOf(outcome: DedupedOutcome = { kind: 'busy', on: 'dedupe' }, repeated: boolean): DedupedOutcome {
  return outcome.kind === 'busy' && repeated ? { ...outcome, repeated } : outcome;
}

/** Keys are written apart, once it is known which job answers for them. */
const SHAPE = { keyed: false, extended: true, repeated: false };

const tenantOf = (job: NewJob): string => job.template.tenantId;
const dedupeKeyOf = (job: NewJob): string => job.extras?.dedupe?.key ?? '';
const dedupePlaceOf = (job: NewJob): string => `${tenantOf(job)}\n${dedupeKeyOf(job)}`;

/** The statement alone would not say which of several it takes. */
function firstOfEachKey(jobs: NewJob[]): NewJob[] {
  const first = new Map<string, NewJob>();
  for (const job of jobs) if (!first.has(dedupePlaceOf(job))) first.set(dedupePlaceOf(job), job);
  return [...first.values()];
}

/** Nothing is waited for: one stuck transaction must not stop the neighbours of its job. */
async function leaveBusy(tx: Queryable, jobs: NewJob[], outcomes: Outcomes): Promise<NewJob[]> {
  const locks = await runStatement<{ key_free: boolean; dedupe_free: boolean }>(tx, 'try-lock-keys', LOCK, [
    jobs.map(tenantOf),
    jobs.map((job) => job.key?.value ?? null),
    jobs.map(dedupeKeyOf),
  ]);
  return jobs.filter((job, n) => {
    if (locks[n]?.key_free && locks[n]?.dedupe_free) return true;
    outcomes.set(job.id, { kind: 'busy', on: locks[n]?.key_free ? 'dedupe' : 'key' });
    return false;
  });
}

/** The try before has committed: the job is no duplicate of itself. */
async function leaveOwn(tx: Queryable, jobs: NewJob[], outcomes: Outcomes): Promise<NewJob[]> {
  const rows = await runStatement<{ id: string; state: JobState }>(tx, 'find-own-jobs', OWN, [
    jobs.map((job) => job.id),
  ]);
  for (const row of rows) outcomes.set(row.id, { kind: 'inserted', state: row.state });
  return jobs.filter((job) => !outcomes.has(job.id));
}

async function leaveRepeated(tx: Queryable, jobs: NewJob[], outcomes: Outcomes): Promise<NewJob[]> {
  const keys = jobs.flatMap((job) => (job.key ? [{ tenantId: tenantOf(job), key: job.key.value }] : []));
  if (keys.length === 0) return jobs;
  const live = (await findKeys(tx, keys)).filter((holder) => holder.live);
  const holders = new Map(live.map((holder) => [`${holder.tenantId}\n${holder.key}`, holder]));
  return jobs.filter((job) => {
    const holder = job.key && holders.get(`${tenantOf(job)}\n${job.key.value}`);
    if (holder) outcomes.set(job.id, { kind: 'repeated', holder });
    return !holder;
  });
}

/** Answers those that may be inserted now: their holder has ended, or was cancelled here, perhaps for one that comes before them. */
async function settleHeld(
  tx: Queryable,
  jobs: NewJob[],
  outcomes: Outcomes,
  cancelled: CancelledJob[],
): Promise<NewJob[]> {
  const rows = await runStatement<{ tenant_id: string; dedupe_key: string; id: string; state: JobState; type: string }>(
    tx,
    'find-dedupe-holders',
    HOLDERS,
    [jobs.map(tenantOf), jobs.map(dedupeKeyOf)],
  );
  const holders = new Map(rows.map((row) => [`${row.tenant_id}\n${row.dedupe_key}`, row]));
  const replaced: Parameters<typeof cancelJobsInStore>[1] = [];
  const open = jobs.filter((job) => {
    const holder = holders.get(dedupePlaceOf(job));
    if (!holder) return true;
    // An earlier try of it has committed: a job never stands in its own way, whatever the caller knew.
    if (holder.id === job.id) {
      outcomes.set(job.id, { kind: 'inserted', state: holder.state === 'scheduled' ? 'scheduled' : 'queued' });
      return false;
    }
    if (job.extras?.dedupe?.onDuplicate !== 'replace') {
      outcomes.set(job.id, { kind: 'duplicate', holder: { id: holder.id, state: holder.state, type: holder.type } });
      return false;
    }
    holders.delete(dedupePlaceOf(job));
    replaced.push({ tenantId: holder.tenant_id, id: holder.id, actor: ACTOR, reason: `replaced by ${job.id}` });
    return true;
  });
  cancelled.push(...(await cancelJobsInStore(tx, replaced)));
  return open;
}

/** A refused duplicate made nothing: its key stays free for the next try. */
function newKeys(jobs: NewJob[], outcomes: Outcomes) {
  return jobs.flatMap((job) => {
    const outcome = outcomes.get(job.id);
    if (!job.key || !outcome) return [];
    const named = { tenantId: tenantOf(job), key: job.key.value, fingerprint: job.key.fingerprint };
    if (outcome.kind === 'inserted') return [{ ...named, answer: { id: job.id, state: outcome.state } }];
    if (outcome.kind !== 'duplicate' || job.extras?.dedupe?.onDuplicate !== 'return') return [];
    return [{ ...named, answer: { ...outcome.holder, duplicate: true } }];
  });
}
