import type { ArtifactEntry, AttemptError, AttemptOutcome, AttemptRef } from '@windlass/contracts';
import { LEADER_GUARD, type LeaderTerm, termValues } from './leader-guard.js';
import { type Queryable, runStatement, storableJson } from './statement.js';

/** An attempt that ends its job's run. */
export interface FinishedAttempt extends AttemptRef {
  state: 'succeeded' | 'failed';
  outcome: AttemptOutcome | 'quarantined';
  /** JSON text. */
  result?: string;
  error?: AttemptError;
  durationMs?: number;
  peakRssBytes?: number;
  artifacts?: ArtifactEntry[];
}

const COMMON = `id, tenant_id, type, type_version, queue, priority, run, epoch, attempt, max_attempts, releases, payload, tags, retention,
  soft_ms, hard_ms, backoff, retry_timeout, request_id, created_at, run_at, queued_at, started_at, token, worker, progress`;

const text = (guarded: boolean, artifacts: boolean) => `
with ${guarded ? `${LEADER_GUARD(11)},` : ''}
clock as materialized (select windlass_now() as at),
input as materialized (
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::bigint[])
    as i(job_id, run, epoch, token, state, outcome, result, error, duration_ms, peak_rss_bytes)
),
gone as (
  delete from jobs j using input i
  where j.id = any($1) and j.id = i.job_id and (j.state || '') = 'running' and j.run = i.run and j.epoch = i.epoch and j.token = i.token
    ${guarded ? 'and exists (select from permit) and j.lease_until < (select at from clock)' : ''}
  returning ${COMMON.replace(/\b\w+\b/g, 'j.$&')}, j.timeouts + (i.outcome = 'timed-out')::int as timeouts, i.state as end_state, i.outcome,
    i.result, i.error::jsonb as error, i.duration_ms, i.peak_rss_bytes
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, worker, error)
  select retention, tenant_id, id, run, epoch, end_state, true, (select at from clock), worker, error from gone
)${
  artifacts
    ? `,
promoted as (
  insert into artifacts (tenant_id, job_id, run, epoch, name, key, size, sha256, etag, content_type)
  select g.tenant_id, g.id, g.run, g.epoch, a.name, a.key, a.size, a.sha256, a.etag, a.content_type
  from unnest($11::uuid[], $12::text[], $13::text[], $14::bigint[], $15::text[], $16::text[], $17::text[])
    as a(job_id, name, key, size, sha256, etag, content_type) join gone g on g.id = a.job_id
)`
    : ''
}
insert into job_history (${COMMON}, timeouts, state, outcome, result, error, duration_ms, peak_rss_bytes, finished_at)
select ${COMMON}, timeouts, end_state, outcome, result, error, duration_ms, peak_rss_bytes, (select at from clock) from gone
returning id`;

const PLAIN = { name: 'finish-attempts', text: text(false, false) };
const PROMOTING = { name: 'finish-attempts-with-artifacts', text: text(false, true) };
const GUARDED = { name: 'finish-lost-attempts', text: text(true, false) };

/**
 * Ends runs: hot row out, history row, the one terminal event and artifacts in, in one statement, for attempts that are current
 * (compare-and-set on run, epoch, token). Answers the ids that were ended.
 * @param leader given by the rescue: then only dead leases end, and only while that term holds
 */
export async function finishAttempts(
  db: Queryable,
  attempts: FinishedAttempt[],
  leader?: LeaderTerm,
): Promise<Set<string>> {
  const artifacts = attempts.flatMap((each) =>
    (each.artifacts ?? []).map((artifact) => ({ jobId: each.jobId, ...artifact })),
  );
  // A rescue has nothing to promote: what a lost attempt wrote is not its job's.
  const promoting = artifacts.length > 0 && !leader;
  const statement = leader ? GUARDED : promoting ? PROMOTING : PLAIN;
  const rows = await runStatement<{ id: string }>(db, statement.name, statement.text, [
    attempts.map((each) => each.jobId),
    attempts.map((each) => each.run),
    attempts.map((each) => each.epoch),
    attempts.map((each) => each.token),
    attempts.map((each) => each.state),
    attempts.map((each) => each.outcome),
    attempts.map((each) => each.result ?? null),
    attempts.map((each) => storableJson(each.error)),
    attempts.map((each) => each.durationMs ?? null),
    attempts.map((each) => each.peakRssBytes ?? null),
    ...(promoting
      ? [
          artifacts.map((each) => each.jobId),
          artifacts.map((each) => each.name),
          artifacts.map((each) => each.key),
          artifacts.map((each) => each.size),
          artifacts.map((each) => each.sha256),
          artifacts.map((each) => each.etag),
          artifacts.map((each) => each.contentType),
        ]
      : []),
    ...(leader ? termValues(leader) : []),
  ]);
  return new Set(rows.map((row) => row.id));
}
