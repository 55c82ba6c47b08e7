import type { ActionFilter, ActionKind } from '@windlass/contracts';
import { freshDatabase } from '@windlass/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database, findActionJobs, migrate } from '../index.js';

/** Above every id here. */
const ACTION_ID = '01ffffff-ffff-7fff-bfff-ffffffffffff';
const WINDOW = 5_000;
const ROW = `1, 'echo', 3, 1, 1, 3, 0, 0, '{}', '{}', 'standard', 1, 1, '{"kind":"fixed","delayMs":0}', false, windlass_now()`;
const ROW_COLUMNS = `type_version, queue, priority, epoch, attempt, max_attempts, releases, timeouts, payload, tags, retention, soft_ms,
  hard_ms, backoff, retry_timeout, created_at`;
const idOf = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ID = `('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid`;

describe('what a bulk action looks at, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let owner: pg.Client;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    // So few that the engine has one connection: what it has read is known once that one has told.
    db = await connectDatabase({ ...database.urls, applicationName: 'test', connections: 4 });
    owner = new pg.Client({ connectionString: database.url, options: '-c search_path=windlass' });
    await owner.connect();
    // Statistics as of empty tables: what a queue looks like to the planner after a night of rest.
    const tables = await owner.query(
      `select oid::regclass as name from pg_class where relname ~ '^job(s|_history.*_.*)$' and relkind = 'r'`,
    );
    for (const { name } of tables.rows) await owner.query(`alter table ${name} set (autovacuum_enabled = off)`);
    await owner.query('analyze');
    const ended = (state: string) =>
      `insert into job_history (id, tenant_id, type, state, run, outcome, finished_at, ${ROW_COLUMNS})
       select ${ID}, case when n % 3 = 0 then 'other' else 'acme' end, 'echo', '${state}', 1, '${state}', windlass_now(), ${ROW}`;
    await owner.query(`${ended('succeeded')} from generate_series(1, 40000) n`);
    await owner.query(`${ended('failed')} from generate_series(40001, 80000) n`);
    await owner.query(
      `insert into jobs (id, tenant_id, type, state, run, ${ROW_COLUMNS})
       select ${ID}, case when n % 3 = 0 then 'other' else 'acme' end, 'echo', 'queued', 1, ${ROW} from generate_series(80001, 120000) n`,
    );
  });
  afterAll(async () => {
    await owner?.end();
    await db?.close();
    await database?.drop();
  });

  const look = (action: ActionKind, filter: ActionFilter, cursor?: string, tenantId = 'acme') =>
    findActionJobs(
      db.engine,
      { id: ACTION_ID, tenantId, action, filter, maxJobs: 1, matched: 0, cursor, actor: 'a' },
      200,
    );
  const readSoFar = async () => {
    await db.engine.query('select pg_stat_force_next_flush()');
    const found = await owner.query(
      `select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::int as n from pg_stat_user_tables where relname ~ '^job(s|_history.*)$'`,
    );
    return found.rows[0].n as number;
  };

  it.each<[string, ActionKind, ActionFilter]>([
    ['unfinished jobs', 'cancel', { type: 'rare' }],
    ['finished jobs', 'replay', { type: 'rare' }],
    ['failed jobs', 'replay', { type: 'rare', state: 'failed' }],
    ['finished jobs of another tenant', 'purge', { type: 'echo', tag: 'none' }],
  ])(
    'is a window’s rows of the tenant’s %s at the most, however many there are and whatever the statistics say',
    async (_, action, filter) => {
      await look(action, filter);
      const before = await readSoFar();
      const { runs, cursor } = await look(action, filter);
      expect(runs).toEqual([]);
      expect(cursor).toBeDefined();
      const read = (await readSoFar()) - before;
      expect(read).toBeGreaterThanOrEqual(WINDOW);
      // One more of each partition, to find which comes next.
      expect(read).toBeLessThan(WINDOW + 100);
    },
  );

  it('turn by turn is everything once, newest first, and nobody else’s', async () => {
    const found: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await look('purge', { queue: 'echo', state: 'succeeded' }, cursor, 'other');
      found.push(...page.runs.map((each) => each.id));
      cursor = page.cursor;
      if (!cursor) break;
    }
    const all = Array.from({ length: 13_333 }, (_, n) => idOf(3 * (n + 1))).reverse();
    expect(found).toEqual(all);
  });

  it('misses no run of a job that lies across the end of a window', async () => {
    // Newest first: one row less than a window, then the job, whose second run failed.
    const text = (state: string, run: number, from: number, to: number) =>
      `insert into job_history (id, tenant_id, type, state, run, outcome, finished_at, ${ROW_COLUMNS})
       select ${ID}, 'edge', 'echo', '${state}', ${run}, '${state}', windlass_now(), ${ROW} from generate_series(${from}, ${to}) n`;
    await owner.query(text('succeeded', 1, 200_001, 200_000 + WINDOW - 1));
    await owner.query(text('failed', 2, 200_000, 200_000));
    await owner.query(text('succeeded', 1, 200_000, 200_000));
    const first = await look('replay', { outcome: 'failed' }, undefined, 'edge');
    expect(first).toEqual({ runs: [], cursor: idOf(200_001) });
    const second = await look('replay', { outcome: 'failed' }, first.cursor, 'edge');
    expect(second).toEqual({ runs: [{ id: idOf(200_000), run: 2 }], cursor: undefined });
  });
});
