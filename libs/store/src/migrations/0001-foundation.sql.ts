/** What the hot row and the finished row of a job have in common, in this order. */
const JOB_COLUMNS = `
  id uuid not null,
  tenant_id text not null,
  type text not null,
  type_version int not null,
  queue text not null,
  state text not null,
  priority smallint not null check (priority between 0 and 9),
  run int not null,
  epoch int not null,
  attempt int not null,
  max_attempts int not null,
  releases int not null,
  timeouts int not null,
  payload text not null,
  tags text[] not null,
  retention text not null check (retention in ('short', 'standard', 'long')),
  soft_ms int not null,
  hard_ms int not null,
  backoff jsonb not null,
  retry_timeout boolean not null,
  request_id text,
  created_at timestamptz not null,
  run_at timestamptz,
  queued_at timestamptz,
  started_at timestamptz,
  token uuid,
  worker text,
  progress jsonb,
  error jsonb`;

const TENANT_TABLES = ['jobs', 'job_history', 'job_events', 'idempotency_keys', 'files', 'artifacts', 'api_keys'];

export const FOUNDATION_SQL: string[] = [
  // The one clock of SQL (decision 10). clock_timestamp(), never now(): a transaction that waited must not live in the past.
  // A simulation replaces the body by the seed's value.
  `create function windlass_now() returns timestamptz language sql volatile parallel safe as 'select clock_timestamp()'`,

  // Hot: unfinished jobs only. fillfactor leaves room for the updates of marks and leases in the same page (HOT updates).
  `create table jobs (${JOB_COLUMNS},
    dispatch_until timestamptz,
    lease_until timestamptz,
    incarnation uuid,
    primary key (id),
    constraint jobs_state check (state in ('blocked', 'scheduled', 'queued', 'running')),
    constraint jobs_running_is_held check (state <> 'running' or (token is not null and lease_until is not null))
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`,
  // dispatch takes the head of it: what should be out is what stands first (select-head in operations/refill-lane).
  `create index jobs_ready on jobs (queue, type, priority desc, id) where state = 'queued'`,
  `create index jobs_due on jobs (run_at, id) where state = 'scheduled'`,
  `create index jobs_running on jobs (id) where state = 'running'`,
  `create index jobs_by_tenant on jobs (tenant_id, id)`,

  // History: by retention class, then by id (UUIDv7, hence by time of creation), so that retention drops partitions.
  `create table job_history (${JOB_COLUMNS},
    finished_at timestamptz not null,
    outcome text not null,
    result text,
    duration_ms double precision,
    peak_rss_bytes bigint,
    primary key (retention, id, run),
    constraint job_history_state check (state in ('succeeded', 'failed', 'cancelled', 'expired'))
  ) partition by list (retention)`,
  `create index job_history_by_tenant on job_history (tenant_id, id)`,
  // Failures are few and looked for often; successes pay nothing for it.
  `create index job_history_unsuccessful on job_history (tenant_id, state, id) where state <> 'succeeded'`,

  // Exceptional transitions and the one terminal event of a run. The unique index is promise P2.
  `create table job_events (
    retention text not null,
    tenant_id text not null,
    job_id uuid not null,
    run int not null,
    epoch int not null,
    kind text not null,
    terminal boolean not null,
    at timestamptz not null,
    worker text,
    error jsonb,
    primary key (retention, job_id, run, epoch, kind)
  ) partition by list (retention)`,
  `create unique index job_events_one_terminal on job_events (retention, job_id, run) where terminal`,

  ...['short', 'standard', 'long'].flatMap((retention) =>
    ['job_history', 'job_events'].flatMap((table) => [
      `create table ${table}_${retention} partition of ${table} for values in ('${retention}')
         partition by range (${table === 'job_history' ? 'id' : 'job_id'})`,
      // Catches ids from outside the prepared weeks (a clock far off), so that a completion never fails for a missing partition.
      `create table ${table}_${retention}_other partition of ${table}_${retention} default`,
    ]),
  ),

  // The smallest UUIDv7 of a moment (RFC 9562: the first 48 bits are ms since the epoch).
  `create function uuid_floor(at timestamptz) returns uuid language sql immutable as
    $$ select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid $$`,

  // Weekly partitions for the coming weeks. Runs as its owner, so that the engine needs no right to create tables.
  `create function prepare_partitions(weeks_ahead int) returns int language plpgsql security definer set search_path from current as $$
    declare
      week timestamptz; class text; tab text; child text; made int := 0;
    begin
      if weeks_ahead < 0 or weeks_ahead > 53 then raise exception 'weeks_ahead must be 0 to 53'; end if;
      for w in 0..weeks_ahead loop
        week := date_trunc('week', windlass_now(), 'UTC') + w * interval '7 days';
        foreach class in array array['short', 'standard', 'long'] loop
          foreach tab in array array['job_history', 'job_events'] loop
            child := format('%s_%s_%s', tab, class, to_char(week at time zone 'UTC', 'YYYYMMDD'));
            if to_regclass(child) is null then
              begin
                execute format('create table %I partition of %I for values from (%L) to (%L)', child, tab || '_' || class,
                  uuid_floor(week), uuid_floor(week + interval '7 days'));
                made := made + 1;
              exception when check_violation then
                -- The default partition holds rows of that week (a clock far off): it keeps them, and the other weeks go on.
                raise warning 'no partition %: the default one holds rows of that week', child;
              end;
            end if;
          end loop;
        end loop;
      end loop;
      return made;
    end $$`,
  `select prepare_partitions(8)`,

  `create table idempotency_keys (
    tenant_id text not null,
    key text not null,
    fingerprint text not null,
    job_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, key)
  )`,
  `create index idempotency_keys_expiry on idempotency_keys (expires_at)`,

  `create table job_types (
    name text not null,
    version int not null,
    declaration jsonb not null,
    schema_hash text not null,
    announced_at timestamptz not null,
    primary key (name, version)
  )`,
  `create table workers (
    incarnation uuid primary key,
    name text not null,
    host text not null,
    pid int not null,
    version text not null,
    draining boolean not null,
    types jsonb not null,
    started_at timestamptz not null,
    beat_at timestamptz not null
  ) with (fillfactor = 50)`,
  `create index workers_by_beat on workers (beat_at)`,

  // The elected scheduler: a row with a term, on the database's clock (decision 9).
  `create table leaders (
    name text primary key,
    holder text not null,
    term bigint not null,
    taken_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  // When beats could last be recorded, and until when every lease has grace after a gap (decision 4).
  `create table beat_path (
    one boolean primary key default true check (one),
    proved_at timestamptz not null,
    grace_until timestamptz not null
  )`,
  `insert into beat_path (proved_at, grace_until) values (windlass_now(), windlass_now())`,

  `create table files (
    id uuid primary key,
    tenant_id text not null,
    name text not null,
    content_type text not null,
    size bigint not null,
    sha256 text not null,
    etag text not null,
    key text not null unique,
    state text not null check (state in ('pending', 'stored')),
    upload_id text,
    created_at timestamptz not null
  )`,
  `create index files_by_tenant on files (tenant_id, id)`,
  `create table artifacts (
    tenant_id text not null,
    job_id uuid not null,
    run int not null,
    epoch int not null,
    name text not null,
    key text not null,
    size bigint not null,
    sha256 text not null,
    etag text not null,
    content_type text not null,
    primary key (job_id, run, name)
  )`,
  `create table api_keys (
    id uuid primary key,
    tenant_id text not null,
    name text not null,
    scopes text[] not null,
    secret_hash text not null unique,
    created_by text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
  )`,
  `create index api_keys_by_tenant on api_keys (tenant_id, id)`,

  // Second wall of tenancy. Neither role owns a table. The engine works over all tenants, with rights listed table by table;
  // the reader sees the tenant that its transaction named by "set local", nothing when it named none.
  ...TENANT_TABLES.flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy engine_all on ${table} to windlass_engine using (true) with check (true)`,
    `create policy reader_own on ${table} for select to windlass_reader using (tenant_id = current_setting('windlass.tenant', true))`,
    // FORCE binds the owner too: migrations that move rows need a way.
    `create policy owner_all on ${table} to current_user using (true) with check (true)`,
  ]),
  `grant select, insert, update, delete on jobs, idempotency_keys, job_types, workers to windlass_engine`,
  `grant select, insert on job_history, job_events, artifacts to windlass_engine`,
  `grant delete on job_history, files to windlass_engine`,
  `grant select, insert, update on leaders, beat_path, files, api_keys to windlass_engine`,
  `grant select on jobs, job_history, job_events, files, artifacts, job_types, workers to windlass_reader`,
  `grant select on migrations to windlass_engine, windlass_reader`,
  `grant select (id, tenant_id, name, scopes, created_by, created_at, expires_at, revoked_at) on api_keys to windlass_reader`,
  `revoke all on function prepare_partitions(int) from public`,
  `grant execute on function prepare_partitions(int) to windlass_engine`,
];
