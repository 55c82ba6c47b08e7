import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  admitHeld,
  changeQueueSettings,
  claimJobsInStore,
  expireJobs,
  findKeys,
  foldQueueDeltas,
  insertDedupedJobs,
  insertJobs,
  type LeaderTerm,
  listFreeKeys,
  promoteDue,
  readGates,
  readQueueFigures,
} from '../index.js';
import { type Engine, openEngine } from './engine-harness.fixture.js';
import type { Connectable } from './run-transaction.js';

const ONCE = { repeated: false, markMs: 60_000 };
const ROWS = 20_000;
/** A few dozen rows with their index entries, read a few times within a statement: nothing near a scan. */
const BOUND = 1_000;

describe('with statistics as of an empty table and 20,000 rows', () => {
  let engine: Engine;
  let term: LeaderTerm;
  beforeAll(async () => {
    engine = await openEngine();
    term = await engine.lead();
    await changeQueueSettings(engine.db.engine, {
      name: 'narrow',
      named: true,
      maxRunning: 10_000,
      auditId: '01900000-0000-7000-8000-00000000000a',
      tenantId: 'acme',
      actor: 'me',
    });
    const owner = new pg.Client({ connectionString: engine.ownerUrl, options: '-c search_path=windlass' });
    await owner.connect();
    await owner.query('alter table jobs set (autovacuum_enabled = off)');
    await owner.query('alter table idempotency_keys set (autovacuum_enabled = off)');
    await owner.query('analyze jobs, idempotency_keys');
    // A fifth each: plain, held by 100 keys, with dedupe keys, with a time to live, scheduled; all of one tenant and lane.
    await owner.query(
      `insert into jobs (id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts, payload,
         tags, retention, soft_ms, hard_ms, backoff, retry_timeout, created_at, queued_at, run_at, concurrency_key, concurrency_limit, held,
         dedupe_key, expires_at)
       select ('01900000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, 'acme', 'echo', 1, 'echo',
         case when n % 5 = 4 then 'scheduled' else 'queued' end, 3, 1, 0, 0, 3, 0, 0, '{}', '{}', 'standard', 1000, 2000,
         '{"kind":"fixed","delayMs":0}', false, now(), now(), case when n % 5 = 4 then now() + interval '1 day' end,
         case when n % 5 = 1 then 'key-' || n % 500 end, case when n % 5 = 1 then 1 end, n % 5 = 1,
         case when n % 5 = 2 then 'dedupe-' || n end, case when n % 5 = 3 then now() + interval '1 day' end
       from generate_series(1, ${ROWS}) n`,
    );
    await owner.query(
      `insert into idempotency_keys (tenant_id, key, fingerprint, job_id, created_at, expires_at)
       select 'acme', 'key-' || n, 'f', gen_random_uuid(), now(), now() + interval '1 day' from generate_series(1, ${ROWS}) n`,
    );
    await owner.end();
  });
  afterAll(() => engine?.close());

  /** Rows and index entries that `work` reads, all of it within one transaction that is undone. */
  const rowsRead = async (work: (db: pg.PoolClient & Connectable) => Promise<unknown>): Promise<number> => {
    const client = await engine.db.engine.connect();
    const inside = Object.create(client, {
      connect: { value: async () => inside },
      release: { value: () => {} },
      // Its begin and commit are ours.
      query: { value: (sql: unknown) => (typeof sql === 'string' ? Promise.resolve() : client.query(sql as never)) },
    });
    try {
      await client.query('begin');
      const read = async () => {
        const { rows } = await client.query(
          `select sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))::int as n
           from pg_class where relnamespace = 'windlass'::regnamespace and relkind in ('r', 'i')`,
        );
        return rows[0].n as number;
      };
      const before = await read();
      await work(inside);
      return (await read()) - before;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };
  const idAt = (n: number) => `01900000-0000-7000-9000-${String(n).padStart(12, '0')}`;

  it('keys and dedupe keys are looked up', async () => {
    const keys = Array.from({ length: 20 }, (_, n) => ({ tenantId: 'acme', key: `key-${n * 900 + 1}` }));
    expect(await rowsRead(async (db) => expect(await findKeys(db, keys)).toHaveLength(20))).toBeLessThan(BOUND);
    const keyed = engine.jobOf({ delayMs: 1 });
    expect(
      await rowsRead((db) => insertJobs(db, [{ ...keyed, key: { value: 'key-7', fingerprint: 'f' } }], ONCE)),
    ).toBeLessThan(BOUND);
    const holders = Array.from({ length: 20 }, (_, n) => `dedupe-${n * 500 + 2}`);
    for (const onDuplicate of ['reject', 'replace'] as const) {
      const jobs = holders.map((key) => ({
        ...engine.jobOf({ dedupe: { key, onDuplicate } }),
        key: { value: `new-${key}`, fingerprint: 'f' },
      }));
      const outcome = onDuplicate === 'reject' ? 'duplicate' : 'inserted';
      const work = async (db: pg.PoolClient & Connectable) => {
        const { outcomes } = await insertDedupedJobs(db, jobs, { ...ONCE, repeated: true });
        expect(outcomes.map((each) => each.kind)).toEqual(Array(20).fill(outcome));
      };
      expect(await rowsRead(work), onDuplicate).toBeLessThan(BOUND);
    }
  });

  it('an admission reads what it admits, the repair one row a key', async () => {
    const keys = Array.from({ length: 10 }, (_, n) => ({ tenantId: 'acme', key: `key-${n * 5 + 1}` }));
    // Each key has 40 that wait: an admission looks at those.
    expect(
      await rowsRead(async (db) => expect(await admitHeld(db, keys)).toEqual([{ queue: 'echo', type: 'echo' }])),
    ).toBeLessThan(10 * 40 * 3);
    expect(
      await rowsRead(async (db) => expect((await listFreeKeys(db, undefined, 1_000)).free).toHaveLength(100)),
    ).toBeLessThan(BOUND);
  });

  it('a claim from a limited queue, an expiry and a promotion read by key', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => idAt(n * 5 + 5));
    await engine.query(`update jobs set queue = 'narrow' where id = any($1)`, [ids]);
    const asked = engine.request(ids);
    expect(
      await rowsRead(async (db) =>
        expect((await claimJobsInStore(db, [asked], 20_000)).get(asked.token)).toHaveLength(30),
      ),
    ).toBeLessThan(BOUND);
    await engine.query(`update jobs set expires_at = windlass_now() where id = any($1)`, [[idAt(3), idAt(8)]]);
    expect(await rowsRead((db) => expireJobs(db, term, 100))).toBeLessThan(BOUND);
    await engine.query(`update jobs set run_at = windlass_now() where id = any($1)`, [[idAt(4), idAt(9)]]);
    expect(await rowsRead((db) => promoteDue(db, term, 100))).toBeLessThan(BOUND);
  });

  it('the figures read one row of each priority of a lane', async () => {
    await foldQueueDeltas(engine.db.engine, term, 10_000);
    expect(
      await rowsRead(async (db) => expect((await readQueueFigures(db, 'echo'))[0]?.counts.queued).toBeGreaterThan(0)),
    ).toBeLessThan(BOUND);
  });

  describe('and with fresh statistics', () => {
    beforeAll(async () => {
      const owner = new pg.Client({ connectionString: engine.ownerUrl, options: '-c search_path=windlass' });
      await owner.connect();
      await owner.query(
        `insert into job_history (id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts,
           payload, tags, retention, soft_ms, hard_ms, backoff, retry_timeout, created_at, finished_at, outcome)
         select ('01900000-0000-7000-a000-' || lpad(n::text, 12, '0'))::uuid, 'acme', 'echo', 1, 'echo', 'succeeded', 3, 1, 1, 1, 3, 0, 0, '{}', '{}',
           'standard', 1000, 2000, '{"kind":"fixed","delayMs":0}', false, now(), now(), 'succeeded' from generate_series(1, ${ROWS}) n`,
      );
      await owner.query('analyze jobs, job_history');
      await owner.end();
    });

    it('the figures of all queues do not walk the backlog', async () => {
      await foldQueueDeltas(engine.db.engine, term, 10_000);
      expect(await rowsRead((db) => readQueueFigures(db))).toBeLessThan(BOUND);
    });

    it('why a job of a small lane waits is told by that lane', async () => {
      const id = idAt(5);
      await engine.query(`update jobs set queue = 'narrow' where id = any($1)`, [[id, idAt(10)]]);
      const read = rowsRead(async (db) => expect(await readGates(db, id)).toMatchObject({ ahead: 0 }));
      expect(await read).toBeLessThan(BOUND);
    });

    it('an insert that may have committed before looks its own ids up, whatever the history has grown to', async () => {
      const jobs = Array.from({ length: 20 }, () => ({ ...engine.jobOf({}), dispatched: false }));
      expect(await rowsRead((db) => insertJobs(db, jobs, { ...ONCE, repeated: true }))).toBeLessThan(BOUND);
    });
  });
});
