import { freshDatabase, waitFor } from '@windlass/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FOUNDATION_SQL } from './0001-foundation.sql.js';
import { migrate, pendingMigrations } from './migrate.js';

/** As the version before wrote them: without any of the columns that came later. */
const OLD_INSERT = `
insert into jobs (id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts, payload,
  tags, retention, soft_ms, hard_ms, backoff, retry_timeout, request_id, created_at, queued_at)
select gen_random_uuid(), 'acme', 'echo', 1, 'echo', 'queued', 3, 1, 0, 0, 3, 0, 0, '{}', '{}', 'standard', 1000, 2000, '{"kind":"fixed","delayMs":0}',
  false, null, windlass_now(), windlass_now() from generate_series(1, $1::int)`;

describe('an upgrade of a database in use', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let owner: pg.Client;
  beforeAll(async () => {
    database = await freshDatabase();
    // Roles belong to the server: another database's migration makes them.
    const other = await freshDatabase();
    await migrate(other.urls);
    await other.drop();
    owner = new pg.Client({ connectionString: database.url, options: '-c search_path=windlass' });
    await owner.connect();
    await owner.query('create schema windlass');
    await owner.query(
      'create table migrations (id serial primary key, "timestamp" bigint not null, name varchar not null)',
    );
    for (const statement of FOUNDATION_SQL) await owner.query(statement);
    await owner.query(`insert into migrations ("timestamp", name) values (1700000000001, 'Foundation1700000000001')`);
    await owner.query(OLD_INSERT, [50]);
  });
  afterAll(async () => {
    await owner?.end();
    await database?.drop();
  });

  it('lets the version before go on writing while it waits for its tables, and counts every job', async () => {
    // A long transaction of the old version: the migration must not make others queue up behind it.
    const reader = new pg.Client({ connectionString: database.url, options: '-c search_path=windlass' });
    await reader.connect();
    await reader.query('begin');
    await reader.query('select count(*) from jobs');
    const migrating = migrate(database.urls);
    migrating.catch(() => {});
    await waitFor(
      async () =>
        (await owner.query(`select 1 from pg_locks where not granted and relation = 'windlass.jobs'::regclass`))
          .rowCount,
      { what: 'the migration to wait for its tables' },
    );
    // It gives up within its second, and this insert goes through.
    await owner.query(OLD_INSERT, [10]);
    await reader.query('commit');
    await reader.end();
    expect((await migrating).applied).toHaveLength(2);
    expect(await pendingMigrations(owner)).toEqual([]);
    await owner.query(OLD_INSERT, [5]);
    const { rows } = await owner.query(
      `select sum(n)::int as n from (select n from queue_counts union all select delta from queue_deltas) parts`,
    );
    expect(rows[0].n).toBe(65);
    const invalid = await owner.query('select 1 from pg_index where not indisvalid');
    expect(invalid.rowCount).toBe(0);
  });
});
