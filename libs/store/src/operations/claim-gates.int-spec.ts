import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelJobsInStore, changeQueueSettings, claimJobsInStore, type Database } from '../index.js';
import { type Engine, openEngine, stopAtCommit } from './engine-harness.fixture.js';

describe('pauses, limits and times to live at the claim, on a real PostgreSQL', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterEach(() => engine.clean());
  afterAll(() => engine?.close());

  const change = (over: { paused?: boolean; maxRunning?: number | null }, name = 'echo') =>
    changeQueueSettings(engine.db.engine, {
      name,
      named: false,
      auditId: randomUUID(),
      tenantId: 'acme',
      actor: 'me',
      ...over,
    });
  const marked = async () =>
    (await engine.query<{ id: string }>('select id from jobs where dispatch_until is not null order by id')).map(
      (row) => row.id,
    );
  const running = async () =>
    (
      await engine.query<{ n: number }>(
        `select (select count(*) from jobs where state = 'running')::int + (select count(*) from stopping_attempts)::int as n`,
      )
    )[0]?.n ?? 0;

  it('a paused queue gives nothing: what is out comes back unmarked, nothing more goes out, and a resume lets it go', async () => {
    const { insert, refill, claim } = engine;
    const [first, second] = (await insert(2)) as [string, string];
    await refill(1);
    await change({ paused: true });
    expect(await claim([first])).toEqual([]);
    expect(await marked()).toEqual([]);
    expect(await refill()).toEqual({ head: 0, room: 0, ids: [] });
    await change({ paused: false });
    expect((await refill()).ids).toEqual([first, second]);
    expect(await claim([first, second])).toEqual([first, second]);
  });

  it('one claim takes from an open and a limited queue, within its slots and the limit; a pause beside them holds', async () => {
    const { insert, claim, db, request } = engine;
    await change({ maxRunning: 2 }, 'narrow');
    await change({ paused: true }, 'shut');
    const open = await insert(2);
    const narrow = await insert(3, undefined, { queue: 'narrow' });
    const shut = await insert(1, undefined, { queue: 'shut' });
    const asked = request([...shut, ...narrow, ...open], { free: 3 });
    const granted = (await claimJobsInStore(db.engine, [asked], 20_000)).get(asked.token)?.map((job) => job.jobId);
    expect(granted?.sort()).toEqual([...open, narrow[0]].sort());
    expect(await claim(narrow)).toEqual([narrow[1]]);
    expect(await claim(narrow)).toEqual([]);
  });

  it('a claim knows the queues of its jobs, granted or given back, and not those of jobs that another got', async () => {
    const { insert, db, request } = engine;
    await change({ maxRunning: 1 }, 'narrow');
    await change({ paused: true }, 'shut');
    const open = await insert(1);
    const narrow = await insert(2, undefined, { queue: 'narrow' });
    const shut = await insert(1, undefined, { queue: 'shut' });
    const first = request([...open, ...shut, randomUUID()]);
    const second = request([...open, ...narrow]);
    const queues = new Map<string, Set<string>>();
    const claims = await claimJobsInStore(db.engine, [first, second], 20_000, queues);
    expect([first, second].map(({ token }) => [...(queues.get(token) ?? [])].sort())).toEqual([
      ['echo', 'shut'],
      ['narrow'],
    ]);
    const [job] = claims.get(first.token) ?? [];
    expect(job).not.toHaveProperty('queue');
  });

  it('never more run than the limit, with two cores that claim at once', async () => {
    const { db, other, insert, refill, claimFull, finish } = engine;
    await change({ maxRunning: 3 });
    const ids = await insert(40);
    let [most, done] = [0, 0];
    const core = async (from: Database) => {
      while (done < ids.length) {
        // All of them, whatever was handed over: the claim itself is strict.
        const jobs = await claimFull(ids, from);
        most = Math.max(most, await running());
        await refill(10, 'echo', from);
        const ended = await finish(jobs, from);
        done += ended.length;
      }
    };
    await Promise.all([core(db), core(other), core(db)]);
    expect(done).toBe(40);
    expect(most).toBe(3);
  });

  it('a claim in a limited queue waits for the one before it and counts what that has committed', async () => {
    const { other, insert, request, claim, waiting } = engine;
    await change({ maxRunning: 3 });
    const ids = await insert(6);
    const slow = stopAtCommit(other.engine);
    const asked = request(ids.slice(0, 2));
    const first = claimJobsInStore(slow.pool, [asked], 20_000);
    await slow.reached;
    const second = claim(ids.slice(2));
    await waiting().finally(slow.release);
    expect((await first).get(asked.token)).toHaveLength(2);
    expect(await second).toEqual([ids[2]]);
  });

  it('a limited queue hands over no more than may run, counts cancelled attempts that still run, and takes a higher limit', async () => {
    const { db, insert, refill, claim } = engine;
    const ids = (await insert(5)) as [string, string, string, string, string];
    await change({ maxRunning: 2 });
    expect(await refill()).toMatchObject({ room: 2, ids: ids.slice(0, 2) });
    expect(await claim(ids)).toEqual(ids.slice(0, 2));
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id: ids[0], actor: 'me' }]);
    expect(await refill()).toMatchObject({ room: 0, ids: [] });
    expect(await claim(ids)).toEqual([]);
    await change({ maxRunning: 3 });
    expect((await refill()).ids).toEqual([ids[2]]);
    expect(await claim(ids)).toEqual([ids[2]]);
    await change({ maxRunning: null });
    expect(await claim(ids)).toEqual(ids.slice(3));
  });

  it('a job past its time to live is neither handed over nor granted, and keeps what mark it has', async () => {
    const { insert, refill, claim, query } = engine;
    const [late, released, lively] = [
      ...(await insert(2, { ttlMs: 60_000 })),
      ...(await insert(1, { ttlMs: 600_000 })),
    ] as [string, string, string];
    await refill(1);
    await query(`update jobs set expires_at = windlass_now() - interval '1 ms' where id = any($1)`, [[late, released]]);
    // It had started in time once.
    await query('update jobs set attempt = 1 where id = $1', [released]);
    expect((await refill()).ids).toEqual([released, lively]);
    expect(await claim([late, released, lively])).toEqual([released, lively]);
    expect(await marked()).toEqual([late]);
  });

  it('a job that a refill has locked at this very moment is claimed all the same: its message will not come again', async () => {
    const { db, other, insert, request } = engine;
    const ids = await insert(2);
    const asked = request(ids);
    const refill = await other.engine.connect();
    try {
      await refill.query('begin');
      await refill.query('select 1 from jobs where id = $1 for update', [ids[0]]);
      const ends = async (statement: unknown) => {
        const result = await db.engine.query(statement as never);
        await refill.query('rollback');
        return result;
      };
      const pool = Object.create(db.engine, { query: { value: ends } });
      expect((await claimJobsInStore(pool, [asked], 20_000)).get(asked.token)).toHaveLength(2);
    } finally {
      refill.release();
    }
  });

  it('a queue that a stopped core has locked holds up its own jobs only, and these are due again', async () => {
    const { other, insert, refill, claim, query } = engine;
    await change({ maxRunning: 5 }, 'narrow');
    const open = await insert(1);
    const narrow = await insert(2, undefined, { queue: 'narrow' });
    await refill();
    await refill(100, 'narrow');
    const stopped = await other.engine.connect();
    try {
      await stopped.query('begin');
      await stopped.query(`select 1 from queues where name = 'narrow' for update`);
      expect(await claim([...narrow, ...open])).toEqual(open);
    } finally {
      await stopped.query('rollback');
      stopped.release();
    }
    expect(await query('select id from jobs where dispatch_until is not null')).toEqual([]);
    expect((await refill(100, 'narrow')).ids).toEqual(narrow);
    expect(await claim(narrow)).toEqual(narrow);
  });

  it('a job of a limited queue that a refill has locked at this very moment is claimed all the same', async () => {
    const { db, other, insert, request } = engine;
    await change({ maxRunning: 2 });
    const ids = await insert(3);
    const asked = request(ids);
    const refill = await other.engine.connect();
    const connect = async () => {
      const client = await db.engine.connect();
      const query = async (statement: { name?: string }) => {
        if (statement.name === 'lock-queues') {
          await refill.query('begin');
          await refill.query('select 1 from jobs where id = any($1) for update', [ids.slice(1)]);
        }
        const result = await client.query(statement as never);
        if (statement.name === 'claim-limited-jobs') await refill.query('rollback');
        return result;
      };
      return Object.create(client, { query: { value: query }, release: { value: () => client.release() } });
    };
    const pool = Object.create(db.engine, {
      connect: { value: connect },
      query: { value: (statement: unknown) => db.engine.query(statement as never) },
    });
    try {
      const granted = (await claimJobsInStore(pool, [asked], 20_000)).get(asked.token);
      expect(granted?.map((job) => job.jobId)).toEqual(ids.slice(0, 2));
    } finally {
      refill.release();
    }
  });

  it('higher priority goes out first, then age', async () => {
    const { insert, refill } = engine;
    const [normal] = await insert(1);
    const [low] = await insert(1, undefined, { priority: 0 });
    const [high, high2] = await insert(2, undefined, { priority: 9 });
    expect((await refill()).ids).toEqual([high, high2, normal, low]);
  });

  it('the machine that took it stands in the row', async () => {
    const { db, insert, request, query } = engine;
    const ids = await insert(1);
    await claimJobsInStore(db.engine, [request(ids, { machine: 'rack-7' })], 20_000);
    expect(await query('select machine from jobs')).toEqual([{ machine: 'rack-7' }]);
  });
});
