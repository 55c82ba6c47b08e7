/** What a flush needs beyond plain jobs. */
export interface InsertShape {
  /** Some job has an idempotency key. */
  keyed: boolean;
  /** Some job has extras: a time, a time to live, a concurrency key, a dedupe key. */
  extended: boolean;
  /** The same flush may have committed before. */
  repeated: boolean;
}

/** Hash of an idempotency key for its advisory lock; another number than that of concurrency keys. */
export const KEY_HASH = (tenant: string, key: string) => `hashtextextended(${tenant} || chr(10) || ${key}, 11)`;

const COLUMNS = `id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts, payload,
  tags, retention, soft_ms, hard_ms, backoff, retry_timeout, request_id, created_at, queued_at, dispatch_until`;
const EXTRA_COLUMNS = 'run_at, expires_at, dedupe_key, concurrency_key, concurrency_limit, held';

/**
 * Whoever is at work on the same key, here or in another core, has its lock until its transaction has ended: such a key is passed
 * over instead of waited for, so that one stuck transaction stops nobody's neighbours.
 */
const keyedPart = (state: string, from: number) => `,
keyed as (
  insert into idempotency_keys as k (tenant_id, key, fingerprint, job_id, created_at, expires_at, answer)
  select tenant_id, key, fingerprint, id, (select at from clock), (select at from clock) + $${from + 2}::float8 * interval '1 ms',
    jsonb_build_object('id', id, 'state', ${state})
  from input where key is not null and pg_try_advisory_xact_lock(${KEY_HASH('tenant_id', 'key')}) order by tenant_id, key
  on conflict (tenant_id, key) do update
    set fingerprint = excluded.fingerprint, job_id = excluded.job_id, created_at = excluded.created_at, expires_at = excluded.expires_at,
      answer = case when k.job_id = excluded.job_id then k.answer else excluded.answer end
    where k.expires_at <= excluded.created_at or k.job_id = excluded.job_id
  returning job_id
)`;

/**
 * Counted, and with the classes named: a look-up of each id. As `not exists` it would be a join over the whole history, and the database
 * has just been away.
 */
const UNFINISHED = `where (select count(*) from job_history h where h.retention in ('short', 'standard', 'long') and h.id = i.id) = 0`;

/** The moment it is due: by this clock for a delay, as given for a moment. */
const DUE = `case when delay_ms > 0 then (select at from clock) + delay_ms * interval '1 ms' else to_timestamp(run_at_ms / 1000) end`;

/**
 * Only what a flush needs stands in its statement: preparing a look into every partition of the history, or a key's upsert, costs
 * a lone job more than the insert itself. Parameters: $1 to $5 the jobs, $6 to $17 the templates, $18 the mark's ms, then the keys'
 * three, then the extras' six.
 */
export function insertText({ keyed, extended, repeated }: InsertShape): string {
  const extras = keyed ? 22 : 19;
  const types = `$1::uuid[], $2::int[], $3::text[], $4::text[], $5::boolean[]${keyed ? ', $19::text[], $20::text[]' : ''}${
    extended
      ? `, $${extras}::float8[], $${extras + 1}::float8[], $${extras + 2}::float8[], $${extras + 3}::text[], $${extras + 4}::text[], $${extras + 5}::int[]`
      : ''
  }`;
  const names = `id, template, payload, request_id, dispatched${keyed ? ', key, fingerprint' : ''}${
    extended ? ', run_at_ms, delay_ms, ttl_ms, dedupe_key, concurrency_key, concurrency_limit' : ''
  }`;
  const state = extended ? `case when due_at > (select at from clock) then 'scheduled' else 'queued' end` : `'queued'`;
  return `
with clock as materialized (select windlass_now() as at),
template as materialized (
  select * from unnest($6::text[], $7::text[], $8::int[], $9::text[], $10::smallint[], $11::int[], $12::int[], $13::int[], $14::text[],
    $15::boolean[], $16::text[], $17::text[]) with ordinality
    as t(tenant_id, type, type_version, queue, priority, max_attempts, soft_ms, hard_ms, backoff, retry_timeout, tags, retention, n)
),
input as materialized (
  select i.*, t.*${extended ? `, ${DUE} as due_at` : ''} from unnest(${types})
    as i(${names})
  join template t on t.n = i.template
  ${repeated ? UNFINISHED : ''}
)${keyed ? keyedPart(state, 19) : ''}
insert into jobs (${COLUMNS}${extended ? `, ${EXTRA_COLUMNS}` : ''})
select id, tenant_id, type, type_version, queue, ${state}, priority, 1, 0, 0, max_attempts, 0, 0, payload,
  tags::text[], retention, soft_ms, hard_ms, backoff::jsonb, retry_timeout, request_id, (select at from clock),
  ${extended ? 'case when due_at > (select at from clock) then null else (select at from clock) end' : '(select at from clock)'},
  case when dispatched then (select at from clock) + $18::float8 * interval '1 ms' end${
    extended
      ? `,
  due_at, (select at from clock) + ttl_ms * interval '1 ms', dedupe_key, concurrency_key, concurrency_limit, concurrency_key is not null`
      : ''
  }
from input ${keyed ? 'where key is null or id in (select job_id from keyed)' : ''}
on conflict ${extended ? '' : '(id) '}do nothing
returning id${extended ? ', state' : ''}`;
}

/** Its name among the prepared statements. */
export const insertName = ({ keyed, extended, repeated }: InsertShape): string =>
  `insert${keyed ? '-keyed' : ''}${extended ? '-extended' : ''}-jobs${repeated ? '-again' : ''}`;
