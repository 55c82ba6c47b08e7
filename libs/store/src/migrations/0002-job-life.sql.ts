import { RETENTION_SQL } from './0002-retention.sql.js';

/**
 * Expand only: every new column has a default or may be null, so that the version before runs on it. Adding such columns rewrites
 * nothing.
 */
const BOTH_TABLES = `
  add column retries int not null default 0,
  add column buries int not null default 0,
  add column machine text,
  add column expires_at timestamptz,
  add column dedupe_key text,
  add column concurrency_key text,
  add column concurrency_limit int`;

const TENANT_TABLES = ['stopping_attempts', 'job_logs', 'job_actions', 'audit_log'];

/** A job that waits for its concurrency key is counted apart: `held`. */
const COUNTED_STATE = `case when held and state = 'queued' then 'held' else state end`;

export const JOB_LIFE_SQL: string[] = [
  // held: queued, but not admitted: the concurrency key is used up. Such a job is not in the lane at all, so it cannot stand in the
  // way of others (decision 0011).
  `alter table jobs ${BOTH_TABLES}, add column held boolean not null default false`,
  `alter table job_history ${BOTH_TABLES}, add column result_file jsonb, add column reason text`,
  `alter table job_events add column machine text, add column reason text, add column actor text, add column started_at timestamptz`,
  // The answer that the first request under a key got, as JSON: later ones get the same.
  `alter table idempotency_keys add column answer jsonb`,

  // Attempts whose job was cancelled while they ran: they hold their tokens until the child is dead or the lease has run out.
  `create table stopping_attempts (
    job_id uuid not null,
    run int not null,
    epoch int not null,
    token uuid not null,
    tenant_id text not null,
    type text not null,
    queue text not null,
    concurrency_key text,
    retention text not null,
    worker text,
    incarnation uuid,
    lease_until timestamptz not null,
    primary key (job_id, run, epoch)
  )`,
  `create index stopping_by_key on stopping_attempts (tenant_id, concurrency_key) where concurrency_key is not null`,

  // Settings of queues. A type's own queue needs no row; named = made by an operator.
  `create table queues (
    name text primary key,
    named boolean not null,
    paused_at timestamptz,
    max_running int check (max_running >= 0),
    created_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by text not null
  )`,

  // Depth without a scan: each statement on jobs leaves what it changed as rows, the leader adds them up. The figure is the sum of both.
  `create table queue_counts (
    queue text not null,
    type text not null,
    state text not null,
    n bigint not null,
    primary key (queue, type, state)
  ) with (fillfactor = 50)`,
  `create table queue_deltas (
    id bigint generated always as identity primary key,
    queue text not null,
    type text not null,
    state text not null,
    delta int not null
  )`,
  `create function count_added_jobs() returns trigger language plpgsql as $$ begin
     insert into queue_deltas (queue, type, state, delta)
     select queue, type, ${COUNTED_STATE}, count(*) from added group by 1, 2, 3;
     return null;
   end $$`,
  `create function count_removed_jobs() returns trigger language plpgsql as $$ begin
     insert into queue_deltas (queue, type, state, delta)
     select queue, type, ${COUNTED_STATE}, -count(*) from removed group by 1, 2, 3;
     return null;
   end $$`,
  // A claim has three updates, of which two mostly find nothing: they pay for the question only.
  `create function count_moved_jobs() returns trigger language plpgsql as $$ begin
     if not exists (select from added) then return null; end if;
     insert into queue_deltas (queue, type, state, delta)
     select queue, type, counted, sum(n) from (
       select queue, type, ${COUNTED_STATE} as counted, 1 as n from added
       union all select queue, type, ${COUNTED_STATE}, -1 from removed
     ) both_sides group by 1, 2, 3 having sum(n) <> 0;
     return null;
   end $$`,
  `create trigger jobs_added after insert on jobs referencing new table as added for each statement execute function count_added_jobs()`,
  `create trigger jobs_removed after delete on jobs referencing old table as removed for each statement execute function count_removed_jobs()`,
  `create trigger jobs_moved after update on jobs referencing new table as added old table as removed
     for each statement execute function count_moved_jobs()`,
  // In the transaction that has made the triggers, which holds off writers: nothing is missed and nothing counted twice.
  `insert into queue_counts (queue, type, state, n) select queue, type, ${COUNTED_STATE}, count(*) from jobs group by 1, 2, 3`,

  `create table job_logs (
    retention text not null,
    tenant_id text not null,
    job_id uuid not null,
    run int not null,
    epoch int not null,
    seq int not null,
    at timestamptz not null,
    level text not null check (level in ('debug', 'info', 'warn', 'error')),
    source text not null,
    message text not null,
    primary key (retention, job_id, run, epoch, seq)
  ) partition by list (retention)`,
  ...['short', 'standard', 'long'].flatMap((retention) => [
    `create table job_logs_${retention} partition of job_logs for values in ('${retention}') partition by range (job_id)`,
    `create table job_logs_${retention}_other partition of job_logs_${retention} default`,
  ]),

  // What may be deleted from the storage, by prefix: attempts that did not succeed, jobs whose retention has ended.
  // The check keeps a mistake from naming more than one job's folder.
  `create table garbage (
    id uuid primary key,
    prefix text not null check (prefix ~ '^tenants/[A-Za-z0-9._-]+/jobs/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/([0-9]+/([0-9]+/)?)?$'),
    due_at timestamptz not null,
    created_at timestamptz not null
  )`,
  `create index garbage_due on garbage (due_at)`,

  `create table job_actions (
    id uuid primary key,
    tenant_id text not null,
    action text not null check (action in ('replay', 'purge', 'cancel')),
    filter jsonb not null,
    state text not null check (state in ('running', 'done', 'bounded', 'stopped')),
    max_jobs int not null,
    matched int not null,
    changed int not null,
    cursor uuid,
    actor text not null,
    created_at timestamptz not null,
    finished_at timestamptz
  )`,
  `create index job_actions_by_tenant on job_actions (tenant_id, id)`,
  `create index job_actions_running on job_actions (id) where state = 'running'`,

  `create table audit_log (
    id uuid primary key,
    tenant_id text not null,
    at timestamptz not null,
    actor text not null,
    action text not null,
    object text not null,
    detail jsonb
  )`,
  `create index audit_log_by_tenant on audit_log (tenant_id, id)`,

  // As in 0001, with the logs.
  `create or replace function prepare_partitions(weeks_ahead int) returns int language plpgsql security definer set search_path = windlass, pg_temp as $$
    declare
      week timestamptz; class text; tab text; child text; made int := 0;
    begin
      if weeks_ahead < 0 or weeks_ahead > 53 then raise exception 'weeks_ahead must be 0 to 53'; end if;
      for w in 0..weeks_ahead loop
        week := date_trunc('week', windlass_now(), 'UTC') + w * interval '7 days';
        foreach class in array array['short', 'standard', 'long'] loop
          foreach tab in array array['job_history', 'job_events', 'job_logs'] loop
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

  // What is given to jobs' ids, everywhere but in the hot table. Runs as its owner: the engine itself may not delete events.
  `create function purge_jobs(tenant text, ids uuid[]) returns int language plpgsql security definer set search_path = windlass, pg_temp as $$
    declare gone int;
    begin
      insert into garbage (id, prefix, due_at, created_at)
        select gen_random_uuid(), 'tenants/' || replace(tenant, '_', '__') || '/jobs/' || job_id || '/', windlass_now(), windlass_now()
        from (select distinct job_id from artifacts where tenant_id = tenant and job_id = any(ids)
              union select id from job_history where tenant_id = tenant and id = any(ids) and result_file is not null) stored;
      delete from artifacts where tenant_id = tenant and job_id = any(ids);
      -- The class is named for the primary keys, which begin with it.
      delete from job_logs where retention in ('short', 'standard', 'long') and tenant_id = tenant and job_id = any(ids);
      delete from job_events where retention in ('short', 'standard', 'long') and tenant_id = tenant and job_id = any(ids);
      delete from job_history where tenant_id = tenant and id = any(ids);
      get diagnostics gone = row_count;
      return gone;
    end $$`,

  ...RETENTION_SQL,

  ...TENANT_TABLES.flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy engine_all on ${table} to windlass_engine using (true) with check (true)`,
    `create policy reader_own on ${table} for select to windlass_reader using (tenant_id = current_setting('windlass.tenant', true))`,
    `create policy owner_all on ${table} to current_user using (true) with check (true)`,
  ]),
  `grant select, insert, update, delete on stopping_attempts, queues, queue_counts, queue_deltas, garbage to windlass_engine`,
  `grant select, insert on job_logs, audit_log to windlass_engine`,
  `grant select, insert, update on job_actions to windlass_engine`,
  `grant select on stopping_attempts, job_logs, job_actions, audit_log to windlass_reader`,
  `revoke all on function purge_jobs(text, uuid[]) from public`,
  `grant execute on function purge_jobs(text, uuid[]) to windlass_engine`,
];
