import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@windlass/contracts';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendLogsInStore,
  cancelJobsInStore,
  claimOpenJobs,
  connectDatabase,
  type Database,
  ENTITIES,
  extendLeases,
  finishAttempts,
  insertJobs,
  type JobTemplate,
  migrate,
  refillLane,
  retryAttempts,
} from './index.js';

const TEMPLATE: JobTemplate = ECHO_TEMPLATE;

describe('the schema, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let urls: (typeof database)['urls'];
  let db: Database;
  let owner: pg.Client;

  beforeAll(async () => {
    database = await freshDatabase();
    urls = database.urls;
    // Two at the same time: the advisory lock lets one migrate and the other find it done.
    const applied = await Promise.all([migrate(urls), migrate(urls)]);
    expect(applied.map((each) => each.applied.length).sort()).toEqual([0, 3]);
    db = await connectDatabase({ ...urls, applicationName: 'test' });
    owner = new pg.Client({ connectionString: database.url, options: '-c search_path=windlass' });
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    await db?.close();
    await database?.drop();
  });

  it('entities and tables agree: names, nullability and types of every column', async () => {
    const source = await new DataSource({
      type: 'postgres',
      url: database.url,
      schema: 'windlass',
      entities: ENTITIES,
    }).initialize();
    const found = await owner.query(
      `select table_name, column_name, is_nullable, case data_type when 'ARRAY' then 'array' when 'timestamp with time zone' then 'timestamptz' when 'integer' then 'int' else data_type end as type
       from information_schema.columns where table_schema = 'windlass'`,
    );
    for (const meta of source.entityMetadatas) {
      const columns = meta.columns.map((each) => ({
        name: each.databaseName,
        type: each.isArray ? 'array' : String(each.type),
        nullable: each.isNullable,
      }));
      const real = found.rows
        .filter((row) => row.table_name === meta.tableName)
        .map((row) => ({ name: row.column_name, type: row.type, nullable: row.is_nullable === 'YES' }));
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      expect(columns.sort(byName), meta.tableName).toEqual(real.sort(byName));
    }
    await source.destroy();
  });

  it('neither role owns a table or gets around row-level security', async () => {
    const owned = await owner.query(
      `select count(*)::int as n from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ('windlass_engine', 'windlass_reader')`,
    );
    expect(owned.rows[0].n).toBe(0);
    const roles = await owner.query(
      `select rolsuper or rolbypassrls as above from pg_roles where rolname in ('windlass_engine', 'windlass_reader')`,
    );
    expect(roles.rows.every((row) => row.above === false)).toBe(true);
    const open =
      await owner.query(`select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'windlass' and c.relkind in ('r', 'p') and not c.relispartition and not (c.relrowsecurity and c.relforcerowsecurity)`);
    expect(open.rows).toEqual([]);
  });

  it('the reader sees its tenant only, nothing without one, and writes nothing', async () => {
    await insertJobs(
      db.engine,
      [{ id: '01900000-0000-7000-8000-000000000001', template: TEMPLATE, payload: '1', dispatched: false }],
      { repeated: false, markMs: 1 },
    );
    const count = (manager: { query(sql: string): Promise<{ n: number }[]> }) =>
      manager.query('select count(*)::int as n from jobs').then((rows) => rows[0]?.n);
    expect(await db.sources.readAs('acme', count)).toBe(1);
    expect(await db.sources.readAs('other', count)).toBe(0);
    const reader = new pg.Client({ connectionString: urls.readerUrl, options: '-c search_path=windlass' });
    await reader.connect();
    expect((await reader.query('select count(*)::int as n from jobs')).rows[0].n).toBe(0);
    await expect(reader.query(`update jobs set state = 'queued'`)).rejects.toThrow(/permission denied/);
    await expect(reader.query('select secret_hash from api_keys')).rejects.toThrow(/permission denied/);
    // Partitions are no way around the policy of their parent.
    await expect(reader.query('select 1 from job_history_standard_other')).rejects.toThrow(/permission denied/);
    await reader.end();
  });

  it('the engine cannot change the schema or drop history', async () => {
    await expect(db.engine.query('drop table jobs')).rejects.toThrow(/must be owner/);
    await expect(db.engine.query('truncate job_history')).rejects.toThrow(/permission denied/);
    await expect(db.engine.query('delete from job_events')).rejects.toThrow(/permission denied/);
  });

  it('with stale statistics and 20,000 rows the hot statements read by key', async () => {
    // Statistics as of an empty table: what a queue looks like to the planner after a night of rest.
    await owner.query('alter table jobs set (autovacuum_enabled = off)');
    await owner.query('analyze jobs');
    const jobs = Array.from({ length: 20_000 }, (_, n) => ({
      id: `01900000-0000-7000-9000-${String(n).padStart(12, '0')}`,
      template: TEMPLATE,
      payload: '{}',
      dispatched: false,
    }));
    for (let at = 0; at < jobs.length; at += 5_000)
      await insertJobs(db.engine, jobs.slice(at, at + 5_000), { repeated: false, markMs: 1 });
    const ids = jobs.slice(5_000, 5_050).map((job) => job.id);
    const token = randomUUID();
    const client = await db.engine.connect();
    try {
      const rowsRead = async (work: () => Promise<unknown>) => {
        await client.query('begin');
        await work();
        const found = await client.query(
          `select sum(pg_stat_get_xact_tuples_returned(r) + pg_stat_get_xact_tuples_fetched(r))::int as n from (
             select 'jobs'::regclass as r union all select indexrelid from pg_index where indrelid = 'jobs'::regclass) relation`,
        );
        await client.query('commit');
        return found.rows[0].n as number;
      };
      const request = { worker: 'w', incarnation: randomUUID(), token, type: 'echo', versions: [1], ids, free: 50 };
      const claimed: ClaimedJob[] = [];
      // 50 rows, each with its index entry, read a few times within a statement: nothing near the 20,000 that a scan would read.
      const bound = 50 * 50;
      expect(
        await rowsRead(async () =>
          claimed.push(...((await claimOpenJobs(client, [request], 20_000)).claims.get(token) ?? [])),
        ),
      ).toBeLessThan(bound);
      expect(claimed).toHaveLength(50);
      expect(await rowsRead(() => extendLeases(client, claimed, 20_000))).toBeLessThan(bound);
      const line = { seq: 1, at: 1, level: 'info' as const, source: 'handler', message: 'm' };
      const logged = claimed.map((job) => ({ ...job, lines: [line] }));
      expect(await rowsRead(() => appendLogsInStore(client, logged))).toBeLessThan(bound);
      expect(
        await rowsRead(() =>
          retryAttempts(
            client,
            claimed.slice(0, 10).map((job) => ({ ...job, outcome: 'failed', delayMs: 1 })),
          ),
        ),
      ).toBeLessThan(bound);
      expect(
        await rowsRead(() =>
          finishAttempts(
            client,
            claimed.slice(20).map((job) => ({ ...job, state: 'succeeded', outcome: 'succeeded' })),
          ),
        ),
      ).toBeLessThan(bound);
      const cancels = claimed.slice(10, 20).map((job) => ({ tenantId: 'acme', id: job.jobId, actor: 'ann' }));
      expect(await rowsRead(() => cancelJobsInStore(client, cancels))).toBeLessThan(bound);
      expect(
        await rowsRead(() => refillLane(client, { queue: 'echo', type: 'echo' }, { window: 50, markMs: 1_000 })),
      ).toBeLessThan(bound);
    } finally {
      client.release();
    }
  });
});
