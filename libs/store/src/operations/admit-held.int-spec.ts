import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { admitHeld, cancelJobsInStore, listFreeKeys, releaseAttemptsInStore, retryAttempts } from '../index.js';
import { type Engine, openEngine, stopAtCommit } from './engine-harness.fixture.js';

const KEY = { tenantId: 'acme', key: 'k' };
const limit = (n: number, key = 'k') => ({ concurrency: { key, limit: n } });

describe('concurrency keys, on a real PostgreSQL', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterEach(() => engine.clean());
  afterAll(() => engine?.close());

  /** Ids in the lane, in its order. */
  const lane = async () =>
    (
      await engine.query<{ id: string }>(
        `select id from jobs where state = 'queued' and not held order by priority desc, id`,
      )
    ).map((row) => row.id);

  it('at no moment do more of a key run than its limit, with two cores that admit, claim and finish at once', async () => {
    const { db, other, insert, refill, claimFull, finish, query } = engine;
    const ids = await insert(60, limit(3));
    let most = 0;
    let done = 0;
    const watch = async () => {
      const [row] = await query<{ n: number }>(
        `select count(*)::int as n from jobs where concurrency_key = 'k' and (state = 'running' or (state = 'queued' and not held))`,
      );
      most = Math.max(most, row?.n ?? 0);
    };
    const core = async (from: typeof db) => {
      // A claim skips what an admission has locked at that moment; its message comes again.
      let missed: string[] = [];
      while (done < ids.length) {
        await Promise.all([admitHeld(from.engine, [KEY]), watch()]);
        const handed = [...missed, ...(await refill(10, 'echo', from)).ids];
        const jobs = await claimFull(handed, from);
        missed = handed.filter((id) => !jobs.some((job) => job.jobId === id));
        await watch();
        const ended = await finish(jobs, from);
        done += ended.length;
      }
    };
    await Promise.all([core(db), core(other), core(db)]);
    expect(done).toBe(60);
    expect(most).toBe(3);
  });

  it('an admission waits for the one before it and counts what that has committed', async () => {
    const { db, other, insert, waiting } = engine;
    const ids = await insert(5, limit(2));
    const slow = stopAtCommit(other.engine);
    const first = admitHeld(slow.pool, [KEY]);
    await slow.reached;
    const second = admitHeld(db.engine, [KEY]);
    await waiting().finally(slow.release);
    await Promise.all([first, second]);
    expect(await lane()).toEqual(ids.slice(0, 2));
  });

  it('a used-up key stands in nobody’s way', async () => {
    const { db, insert, refill } = engine;
    const [first] = await insert(300, limit(1));
    const [foreign] = await insert(1, limit(1), { tenantId: 'other' });
    const [plain] = await insert(1);
    await admitHeld(db.engine, [KEY, { tenantId: 'other', key: 'k' }, KEY]);
    expect((await refill(3)).ids).toEqual([first, foreign, plain]);
  });

  it('admits by priority, then age, and each job by its own limit; nobody overtakes one that does not fit yet', async () => {
    const { db, insert } = engine;
    const [strict] = await insert(1, limit(1));
    const [loose] = await insert(1, limit(5));
    const [urgent] = await insert(1, limit(5), { priority: 9 });
    expect(await admitHeld(db.engine, [KEY])).toEqual([{ queue: 'echo', type: 'echo' }]);
    expect(await lane()).toEqual([urgent]);
    const claimed = await engine.claimFull([urgent as string]);
    expect(await admitHeld(db.engine, [KEY])).toEqual([]);
    await engine.finish(claimed);
    await admitHeld(db.engine, [KEY]);
    expect(await lane()).toEqual([strict, loose]);
  });

  it('more than one statement takes are admitted by one call', async () => {
    await engine.insert(450, limit(430));
    await admitHeld(engine.db.engine, [KEY]);
    expect(await lane()).toHaveLength(430);
  });

  it('a cancelled attempt holds its key until it has ended', async () => {
    const { db, insert, claim, query } = engine;
    const [first, second] = await insert(2, limit(1));
    await admitHeld(db.engine, [KEY]);
    await claim([first as string]);
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id: first as string, actor: 'me' }]);
    expect(await admitHeld(db.engine, [KEY])).toEqual([]);
    await query('delete from stopping_attempts');
    await admitHeld(db.engine, [KEY]);
    expect(await lane()).toEqual([second]);
  });

  it('a retry waits for the key again and cannot be claimed meanwhile; a release keeps it', async () => {
    const { db, insert, claim, claimFull } = engine;
    const [first, second] = (await insert(2, limit(1))) as [string, string];
    await admitHeld(db.engine, [KEY]);
    const attempts = await claimFull([first]);
    await releaseAttemptsInStore(db.engine, attempts, 100);
    expect(await admitHeld(db.engine, [KEY])).toEqual([]);
    const again = await claimFull([first]);
    await retryAttempts(
      db.engine,
      again.map((each) => ({ ...each, outcome: 'failed', delayMs: 0 })),
    );
    // A copy of its first message comes late.
    expect(await claim([first, second])).toEqual([]);
    await admitHeld(db.engine, [KEY]);
    expect(await claim([second, first])).toEqual([first]);
  });

  it('the repair finds the keys that may go on, and goes on where it stopped', async () => {
    const { db, insert } = engine;
    for (const key of ['a', 'b', 'c']) await insert(2, limit(1, key));
    await admitHeld(db.engine, [{ tenantId: 'acme', key: 'b' }]);
    const first = await listFreeKeys(db.engine, undefined, 2);
    expect(first).toEqual({ free: [{ tenantId: 'acme', key: 'a' }], last: { tenantId: 'acme', key: 'b' } });
    expect(await listFreeKeys(db.engine, first.last, 2)).toEqual({ free: [{ tenantId: 'acme', key: 'c' }] });
  });
});
