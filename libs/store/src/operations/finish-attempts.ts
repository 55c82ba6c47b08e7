import type { ArtifactEntry, AttemptError, AttemptOutcome, AttemptRef } from '@windlass/contracts';
import { asFreed, FREED_COLUMNS, type FreedRow, type FreedSlot } from './freed-slot.js';
import { attemptPrefixOf } from './garbage.js';
import { KEPT_COLUMNS, keptColumnsOf } from './history-columns.js';
import { LEADER_GUARD, type Rescue, rescueValues } from './leader-guard.js';
import { type Queryable, runStatement, storableJson, storableText } from './statement.js';

/** An attempt that ends its job's run. */
export interface FinishedAttempt extends AttemptRef {
  state: 'succeeded' | 'failed' | 'cancelled';
  outcome: AttemptOutcome | 'quarantined';
  /** JSON text. */
  result?: string;
  /** Where a large result lies, instead of `result`. */
  resultFile?: ArtifactEntry;
  error?: AttemptError;
  durationMs?: number;
  peakRssBytes?: number;
  /** Promoted with a success. */
  artifacts?: ArtifactEntry[];
  /** It stored something and promotes nothing: what lies under its prefix may go. */
  litters?: boolean;
  /** Why it ended as cancelled. */
  reason?: string;
}

/** Only what a flush needs stands in its statement: a plain success pays for neither artifacts nor garbage. */
type Variant = 'plain' | 'full' | 'lost';

const INPUT = {
  plain: { arrays: '', columns: '' },
  full: { arrays: ', $11::text[], $12::text[], $13::boolean[]', columns: ', result_file, reason, litters' },
  lost: { arrays: '', columns: '' },
};

const PROMOTED = `,
promoted as (
  insert into artifacts (tenant_id, job_id, run, epoch, name, key, size, sha256, etag, content_type)
  select g.tenant_id, g.id, g.run, g.epoch, a.name, a.key, a.size, a.sha256, a.etag, a.content_type
  from unnest($14::uuid[], $15::text[], $16::text[], $17::bigint[], $18::text[], $19::text[], $20::text[])
    as a(job_id, name, key, size, sha256, etag, content_type) join gone g on g.id = a.job_id
)`;

const littered = (dueAt: string, where: string) => `,
litter as (
  insert into garbage (id, prefix, due_at, created_at)
  select gen_random_uuid(), ${attemptPrefixOf('g')}, ${dueAt}, (select at from clock) from gone g ${where}
)`;

const EXTRA: Record<Variant, string> = {
  plain: '',
  full: `${PROMOTED}${littered('(select at from clock)', 'where g.litters')}`,
  // Its zombie may still write.
  lost: littered(`(select at from clock) + $14::float8 * interval '1 ms'`, ''),
};

const text = (variant: Variant) => {
  const full = variant === 'full';
  return `
with ${variant === 'lost' ? `${LEADER_GUARD(11)},` : ''}
clock as materialized (select windlass_now() as at),
input as materialized (
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::bigint[]${INPUT[variant].arrays})
    as i(job_id, run, epoch, token, state, outcome, result, error, duration_ms, peak_rss_bytes${INPUT[variant].columns})
),
gone as (
  delete from jobs j using input i
  where j.id = any($1) and j.id = i.job_id and (j.state || '') = 'running' and j.run = i.run and j.epoch = i.epoch and j.token = i.token
    ${variant === 'lost' ? 'and exists (select from permit) and j.lease_until < (select at from clock)' : ''}
  returning ${keptColumnsOf('j')}, j.token, j.timeouts + (i.outcome = 'timed-out')::int as timeouts,
    j.buries + (i.state = 'failed')::int as buries, i.state as end_state, i.outcome, i.result, i.error::jsonb as error, i.duration_ms,
    i.peak_rss_bytes${full ? ', i.result_file::jsonb as result_file, i.reason, i.litters' : ''}
),
told as (
  insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, worker, machine, started_at, error${full ? ', reason' : ''})
  select retention, tenant_id, id, run, epoch, end_state, true, (select at from clock), worker, machine, started_at, error${full ? ', reason' : ''} from gone
)${EXTRA[variant]}
insert into job_history (${KEPT_COLUMNS}, token, timeouts, buries, state, outcome, result, error, duration_ms, peak_rss_bytes, finished_at${full ? ', result_file, reason' : ''})
select ${KEPT_COLUMNS}, token, timeouts, buries, end_state, outcome, result, error, duration_ms, peak_rss_bytes, (select at from clock)${full ? ', result_file, reason' : ''} from gone
returning ${FREED_COLUMNS}`;
};

const PLAIN = { name: 'finish-attempts', text: text('plain') };
const FULL = { name: 'finish-attempts-with-files', text: text('full') };
const LOST = { name: 'finish-lost-attempts', text: text('lost') };

/**
 * Ends runs: hot row out, history row, the one terminal event and artifacts in, in one statement, for attempts that are current
 * (compare-and-set on run, epoch, token). Answers the jobs that were ended.
 * @param rescue given by the rescue: then only dead leases end, and only while that term holds
 */
export async function finishAttempts(
  db: Queryable,
  attempts: FinishedAttempt[],
  rescue?: Rescue,
): Promise<FreedSlot[]> {
  const full = attempts.some((each) => each.artifacts?.length || each.resultFile || each.litters || each.reason);
  // A rescue has nothing to promote: what a lost attempt wrote is not its job's.
  const statement = rescue ? LOST : full ? FULL : PLAIN;
  const rows = await runStatement<FreedRow>(db, statement.name, statement.text, [
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
    ...(statement === FULL ? fileValues(attempts) : []),
    ...(rescue ? rescueValues(rescue) : []),
  ]);
  return rows.map(asFreed);
}

function fileValues(attempts: FinishedAttempt[]): unknown[] {
  const artifacts = attempts.flatMap((each) =>
    (each.artifacts ?? []).map((artifact) => ({ jobId: each.jobId, ...artifact })),
  );
  return [
    attempts.map((each) => storableJson(each.resultFile)),
    attempts.map((each) => (each.reason === undefined ? null : storableText(each.reason))),
    attempts.map((each) => each.litters ?? false),
    artifacts.map((each) => each.jobId),
    artifacts.map((each) => each.name),
    artifacts.map((each) => each.key),
    artifacts.map((each) => each.size),
    artifacts.map((each) => each.sha256),
    artifacts.map((each) => each.etag),
    artifacts.map((each) => each.contentType),
  ];
}
