import type { Backoff } from '@windlass/contracts';
import { type Queryable, runStatement } from './statement.js';

/** What jobs of one flush share: most flushes have a single template, which keeps the arrays short. */
export interface JobTemplate {
  tenantId: string;
  type: string;
  typeVersion: number;
  queue: string;
  priority: number;
  maxAttempts: number;
  softMs: number;
  hardMs: number;
  backoff: Backoff;
  retryTimeout: boolean;
  tags: string[];
  retention: 'short' | 'standard' | 'long';
}

export interface NewJob {
  id: string;
  template: JobTemplate;
  payload: string;
  requestId?: string;
  /** Handed to the broker straight after the commit: inserted with its mark set. */
  dispatched: boolean;
  key?: { value: string; fingerprint: string };
}

/**
 * Only what a flush needs stands in its statement: preparing a look into every partition of the history, or a key's upsert, costs
 * a lone job more than the insert itself.
 */
const text = (keyed: boolean, repeated: boolean) => `
with clock as materialized (select windlass_now() as at),
template as materialized (
  select * from unnest($6::text[], $7::text[], $8::int[], $9::text[], $10::smallint[], $11::int[], $12::int[], $13::int[], $14::text[],
    $15::boolean[], $16::text[], $17::text[]) with ordinality
    as t(tenant_id, type, type_version, queue, priority, max_attempts, soft_ms, hard_ms, backoff, retry_timeout, tags, retention, n)
),
input as materialized (
  select i.*, t.* from unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::boolean[]${keyed ? ', $19::text[], $20::text[]' : ''})
    as i(id, template, payload, request_id, dispatched${keyed ? ', key, fingerprint' : ''})
  join template t on t.n = i.template
  ${repeated ? 'where not exists (select from job_history h where h.id = i.id)' : ''}
)${
  keyed
    ? `,
keyed as (
  insert into idempotency_keys as k (tenant_id, key, fingerprint, job_id, created_at, expires_at)
  select tenant_id, key, fingerprint, id, (select at from clock), (select at from clock) + $21::float8 * interval '1 ms'
  from input where key is not null order by tenant_id, key
  on conflict (tenant_id, key) do update
    set fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = excluded.created_at, expires_at = excluded.expires_at
    where k.expires_at <= excluded.created_at or k.job_id = excluded.job_id
  returning job_id
)`
    : ''
}
insert into jobs (id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts, payload,
  tags, retention, soft_ms, hard_ms, backoff, retry_timeout, request_id, created_at, queued_at, dispatch_until)
select id, tenant_id, type, type_version, queue, 'queued', priority, 1, 0, 0, max_attempts, 0, 0, payload,
  tags::text[], retention, soft_ms, hard_ms, backoff::jsonb, retry_timeout, request_id, (select at from clock), (select at from clock),
  case when dispatched then (select at from clock) + $18::float8 * interval '1 ms' end
from input ${keyed ? 'where key is null or id in (select job_id from keyed)' : ''}
on conflict (id) do nothing
returning id`;

const PLAIN = { name: 'insert-jobs', text: text(false, false) };
const KEYED = { name: 'insert-keyed-jobs', text: text(true, false) };
const PLAIN_AGAIN = { name: 'insert-jobs-again', text: text(false, true) };
const KEYED_AGAIN = { name: 'insert-keyed-jobs-again', text: text(true, true) };

/** Keys are kept for a day: as long as a client may reasonably repeat a request. */
const KEY_LIFE_MS = 86_400_000;

/**
 * Inserts jobs with their idempotency keys in one statement, and answers the ids that were inserted. A keyed job that is not
 * among them met an older request with its key: see `findKeys`. Keys within one call must be different.
 * @param repeated the same call may have committed before (its connection was lost): then jobs that have finished since stay finished
 * @param markMs how long a dispatched job counts as handed over
 */
export async function insertJobs(
  db: Queryable,
  jobs: NewJob[],
  options: { repeated: boolean; markMs: number },
): Promise<Set<string>> {
  const templates: JobTemplate[] = [];
  const places = new Map<JobTemplate, number>();
  const numbers = jobs.map(({ template }) => {
    let place = places.get(template);
    if (place === undefined) {
      place = templates.push(template);
      places.set(template, place);
    }
    return place;
  });
  const keyed = jobs.some((job) => job.key);
  const statement = options.repeated ? (keyed ? KEYED_AGAIN : PLAIN_AGAIN) : keyed ? KEYED : PLAIN;
  const rows = await runStatement<{ id: string }>(db, statement.name, statement.text, [
    jobs.map((job) => job.id),
    numbers,
    jobs.map((job) => job.payload),
    jobs.map((job) => job.requestId ?? null),
    jobs.map((job) => job.dispatched),
    templates.map((each) => each.tenantId),
    templates.map((each) => each.type),
    templates.map((each) => each.typeVersion),
    templates.map((each) => each.queue),
    templates.map((each) => each.priority),
    templates.map((each) => each.maxAttempts),
    templates.map((each) => each.softMs),
    templates.map((each) => each.hardMs),
    templates.map((each) => JSON.stringify(each.backoff)),
    templates.map((each) => each.retryTimeout),
    templates.map((each) => arrayLiteral(each.tags)),
    templates.map((each) => each.retention),
    options.markMs,
    ...(keyed
      ? [jobs.map((job) => job.key?.value ?? null), jobs.map((job) => job.key?.fingerprint ?? null), KEY_LIFE_MS]
      : []),
  ]);
  return new Set(rows.map((row) => row.id));
}

/** A text[] inside a text[]: PostgreSQL unnests rows of equal length only, so tags travel as a literal each. */
function arrayLiteral(values: string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

const FIND_TEXT = `
select k.tenant_id, k.key, k.fingerprint, k.job_id
from unnest($1::text[], $2::text[]) as a(tenant_id, key)
join idempotency_keys k on k.tenant_id = a.tenant_id and k.key = a.key and k.key = any($2)`;

/** Which jobs hold these keys now. Read after the insert: a concurrent request's commit has been waited for there. */
export async function findKeys(db: Queryable, keys: { tenantId: string; key: string }[]) {
  const rows = await runStatement<{ tenant_id: string; key: string; fingerprint: string; job_id: string }>(
    db,
    'find-keys',
    FIND_TEXT,
    [keys.map((each) => each.tenantId), keys.map((each) => each.key)],
  );
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    key: row.key,
    fingerprint: row.fingerprint,
    jobId: row.job_id,
  }));
}
