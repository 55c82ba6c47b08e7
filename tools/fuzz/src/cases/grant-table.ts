/** Everything that the two roles of the services may do; what is not here is denied, of tables that are yet to come as well. */
export type Role = 'windlass_engine' | 'windlass_reader';
export const ROLES: readonly Role[] = ['windlass_engine', 'windlass_reader'];

export type Privilege = 'select' | 'insert' | 'update' | 'delete' | 'truncate' | 'references' | 'trigger';
export const PRIVILEGES: readonly Privilege[] = [
  'select',
  'insert',
  'update',
  'delete',
  'truncate',
  'references',
  'trigger',
];

const ALL: readonly Privilege[] = ['select', 'insert', 'update', 'delete'];
const KEPT: readonly Privilege[] = ['select', 'insert', 'update'];
/** What has happened stays as it was written. */
const WRITTEN: readonly Privilege[] = ['select', 'insert'];

export const GRANTED: Readonly<Record<Role, Readonly<Record<string, readonly Privilege[]>>>> = {
  windlass_engine: {
    jobs: ALL,
    idempotency_keys: ALL,
    job_types: ALL,
    workers: ALL,
    stopping_attempts: ALL,
    queues: ALL,
    queue_counts: ALL,
    queue_deltas: ALL,
    garbage: ALL,
    files: ALL,
    leaders: KEPT,
    beat_path: KEPT,
    api_keys: KEPT,
    job_actions: KEPT,
    job_history: [...WRITTEN, 'delete'],
    job_events: WRITTEN,
    artifacts: WRITTEN,
    job_logs: WRITTEN,
    audit_log: WRITTEN,
    migrations: ['select'],
  },
  windlass_reader: Object.fromEntries(
    [
      'jobs',
      'job_history',
      'job_events',
      'job_logs',
      'job_actions',
      'stopping_attempts',
      'files',
      'artifacts',
      'audit_log',
      'job_types',
      'workers',
      'migrations',
    ].map((table) => [table, ['select'] as const]),
  ),
};

/** Single columns, where the table as a whole is closed. */
export const GRANTED_COLUMNS: Readonly<Record<Role, Readonly<Record<string, readonly string[]>>>> = {
  windlass_engine: {},
  windlass_reader: {
    api_keys: ['id', 'tenant_id', 'name', 'scopes', 'created_by', 'created_at', 'expires_at', 'revoked_at'],
  },
};

/** Read nothing. */
const PURE: readonly string[] = ['uuid_floor', 'windlass_now'];

/** Functions of the schema that a role may call. */
export const GRANTED_FUNCTIONS: Readonly<Record<Role, readonly string[]>> = {
  windlass_engine: [
    ...PURE,
    'prepare_partitions',
    'purge_jobs',
    'watch_week',
    'sweep_week',
    'drop_week',
    'sweep_default',
    'retire_records',
  ],
  windlass_reader: PURE,
};

/** What neither role may do, whatever there is in the database. `OWNER` stands for the owner of the tables. */
export const FORBIDDEN: readonly string[] = [
  'create table windlass.forged (n int)',
  'create table public.forged (n int)',
  'create schema forged',
  'create database forged',
  'create role forged',
  'create function windlass.forged() returns int language sql as $$ select 1 $$',
  'create extension if not exists dblink',
  'create policy forged on windlass.jobs using (true)',
  'create trigger forged after insert on windlass.jobs execute function windlass.note_late_end()',
  'create index forged on windlass.jobs (id)',
  'alter table windlass.jobs add column forged int',
  'alter table windlass.jobs disable row level security',
  'alter table windlass.jobs no force row level security',
  'alter table windlass.jobs disable trigger all',
  'alter table windlass.jobs owner to current_user',
  'alter schema windlass rename to forged',
  'alter system set fsync = off',
  'alter role current_user superuser',
  'alter role current_user bypassrls',
  'alter role current_user createrole',
  'alter role windlass_engine bypassrls',
  "alter role OWNER password 'forged'",
  'drop table windlass.jobs',
  'drop schema windlass cascade',
  'drop owned by OWNER',
  'drop function windlass.windlass_now()',
  'create or replace function windlass.windlass_now() returns timestamptz language sql as $$ select now() $$',
  'set role OWNER',
  'set session authorization OWNER',
  'set session_replication_role = replica',
  'grant OWNER to current_user',
  'grant pg_read_all_data to current_user',
  'select * from pg_authid',
  'select * from pg_shadow',
  "select pg_read_file('/etc/passwd')",
  "select pg_ls_dir('/')",
  "copy (select 1) to program 'true'",
  "copy (select 1) to '/tmp/forged'",
  "select lo_import('/etc/passwd')",
  'select pg_reload_conf()',
  'select pg_switch_wal()',
  'checkpoint',
];
