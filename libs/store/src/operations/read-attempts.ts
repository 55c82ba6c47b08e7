import type { AttemptRef, Backoff } from '@windlass/contracts';
import { type Queryable, runStatement } from './statement.js';

/** The part of a running job's row that decides what follows its attempt. */
export interface HeldAttempt extends AttemptRef {
  attempt: number;
  maxAttempts: number;
  backoff: Backoff;
  retryTimeout: boolean;
  releases: number;
}

interface Row {
  id: string;
  run: number;
  epoch: number;
  token: string;
  attempt: number;
  max_attempts: number;
  backoff: Backoff;
  retry_timeout: boolean;
  releases: number;
}

const COLUMNS = 'j.id, j.run, j.epoch, j.token, j.attempt, j.max_attempts, j.backoff, j.retry_timeout, j.releases';

const asHeld = (row: Row): HeldAttempt => ({
  jobId: row.id,
  run: row.run,
  epoch: row.epoch,
  token: row.token,
  attempt: row.attempt,
  maxAttempts: row.max_attempts,
  backoff: row.backoff,
  retryTimeout: row.retry_timeout,
  releases: row.releases,
});

/** Running jobs among `ids`. A decision made from it is written by compare-and-set, so it needs no lock. */
export async function readHeldAttempts(db: Queryable, ids: string[]): Promise<HeldAttempt[]> {
  const rows = await runStatement<Row>(
    db,
    'read-held-attempts',
    `select ${COLUMNS} from jobs j where j.id = any($1::uuid[]) and (j.state || '') = 'running'`,
    [ids],
  );
  return rows.map(asHeld);
}

/**
 * Attempts whose lease ran out while beats could be recorded: the path was proved within `gapMs` and no grace is running
 * (decision 4). Uses index jobs_running: running jobs are as many as slots.
 */
export async function readLostAttempts(
  db: Queryable,
  options: { gapMs: number; limit: number },
): Promise<HeldAttempt[]> {
  const rows = await runStatement<Row>(
    db,
    'read-lost-attempts',
    `with clock as materialized (select windlass_now() as at)
     select ${COLUMNS} from jobs j
     where j.state = 'running' and j.lease_until < (select at from clock)
       and exists (select from beat_path p where p.grace_until < (select at from clock)
         and p.proved_at > (select at from clock) - $1::float8 * interval '1 ms')
     order by j.id limit $2::int`,
    [options.gapMs, options.limit],
  );
  return rows.map(asHeld);
}

/**
 * Of attempts that are not current any more: those whose own report stands in the history or among the events already.
 * The rest were fenced. The retention classes are named because the primary keys begin with them: one look-up in each.
 */
export async function findRecorded(db: Queryable, attempts: AttemptRef[]): Promise<Set<string>> {
  const rows = await runStatement<{ job_id: string }>(
    db,
    'find-recorded',
    `with input as materialized (
       select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) as i(job_id, run, epoch, token))
     select i.job_id from input i join job_history h on h.id = i.job_id and h.run = i.run and h.epoch = i.epoch and h.token = i.token
       where h.retention in ('short', 'standard', 'long') and h.id = any($1) and h.outcome <> 'lost'
     union
     select i.job_id from input i join job_events e on e.job_id = i.job_id and e.run = i.run and e.epoch = i.epoch
       where e.retention in ('short', 'standard', 'long') and e.job_id = any($1) and not e.terminal and e.kind <> 'attempt-lost'`,
    [
      attempts.map((each) => each.jobId),
      attempts.map((each) => each.run),
      attempts.map((each) => each.epoch),
      attempts.map((each) => each.token),
    ],
  );
  return new Set(rows.map((row) => row.job_id));
}
