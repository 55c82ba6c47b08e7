import type { Witness } from '@windlass/proof';
import type pg from 'pg';

/** Emptied before each seed, what refers to others first. */
const TABLES = [
  'jobs',
  'job_history',
  'job_events',
  'job_logs',
  'job_actions',
  'stopping_attempts',
  'idempotency_keys',
  'artifacts',
  'files',
  'garbage',
  'late_ends',
  'audit_log',
  'api_keys',
  'queues',
  'queue_deltas',
  'queue_counts',
  'job_types',
  'workers',
  'leaders',
  'beat_path',
];

/** Of a moment in the clock's file: ms since the epoch, with three decimals. */
const STAMP_BYTES = 17;

export const CLEAR = 'select simulation_clear()';

/**
 * Time and chance of SQL come from the seed: `windlass_now()` reads a file that costs the world one write and no statement. The weeks'
 * partitions go, since emptying ninety tables would cost more than a seed; the default ones take all rows.
 */
export async function prepareForSeeds(owner: pg.Client, clockFile: string): Promise<void> {
  await owner.query(`create or replace function windlass_now() returns timestamptz language sql volatile parallel safe as
    $$ select to_timestamp(pg_catalog.pg_read_file('${clockFile}', 0, ${STAMP_BYTES})::float8 / 1000) $$`);
  await owner.query(
    'grant execute on function pg_catalog.pg_read_file(text, bigint, bigint) to windlass_engine, windlass_reader',
  );
  await owner.query('create sequence simulation_chance');
  await owner.query('grant usage on sequence simulation_chance to windlass_engine');
  await owner.query(`create function gen_random_uuid() returns uuid language sql volatile as
    $$ select md5(nextval('windlass.simulation_chance')::text)::uuid $$`);
  await owner.query(
    `create or replace function prepare_partitions(weeks_ahead int) returns int language sql as 'select 0'`,
  );
  const weeks = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'windlass'::regnamespace and relispartition
       and relname ~ '_[0-9]{8}$'`,
  );
  await owner.query(weeks.rows.map(({ name }) => `drop table ${name};`).join(''));
  await owner.query(`alter function purge_jobs(text, uuid[]) set search_path = windlass, pg_catalog, pg_temp`);
  await owner.query(CLEARING);
}

const CLEARING = `create function simulation_clear() returns void language plpgsql set search_path = windlass as $$
  declare each record; begin
    set local session_replication_role = replica;
    ${TABLES.map((table) => `delete from ${table};`).join('\n    ')}
    insert into beat_path (proved_at, grace_until) values (windlass_now(), windlass_now());
    for each in select schemaname || '.' || sequencename as name from pg_sequences where schemaname = 'windlass' loop
      perform setval(each.name, 1, false);
    end loop;
  end $$`;

/** The longest name of an instance that fits into a writer's file. */
export const WRITER_BYTES = 16;

/**
 * Since when a statement has been under way is the seed's business too: a second moment in the clock's file. And who writes: all instances
 * share the sessions, so a file of each session tells whose statement it carries.
 */
export const witnessOf = (clockFile: string, writerFile: string): Witness => ({
  writer: `rtrim(pg_catalog.pg_read_file('${writerFile}' || pg_backend_pid(), 0, ${WRITER_BYTES}))`,
  sinceStart: `(windlass_now() - to_timestamp(pg_catalog.pg_read_file('${clockFile}', ${STAMP_BYTES}, ${STAMP_BYTES + 1})::float8 / 1000))`,
});
