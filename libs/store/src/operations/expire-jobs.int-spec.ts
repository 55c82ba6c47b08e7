import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { admitHeld, expireJobs, promoteDue } from '../index.js';
import { type Engine, openEngine } from './engine-harness.fixture.js';

describe('what time brings, on a real PostgreSQL', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterEach(() => engine.clean());
  afterAll(() => engine?.close());

  const pass = () =>
    engine.query(`update jobs set expires_at = windlass_now() - interval '1 ms' where expires_at is not null`);

  it('what has not started by the end of its time ends once as expired; what has started lives on', async () => {
    const { db, insert, claim, query, lead } = engine;
    const term = await lead();
    const [started, queued] = (await insert(2, { ttlMs: 60_000 })) as [string, string];
    const [scheduled] = await insert(1, { ttlMs: 60_000, delayMs: 30_000 });
    const [ageless] = await insert(1);
    await claim([started]);
    await pass();
    expect(await expireJobs(db.engine, { ...term, term: term.term - 1 }, 10)).toEqual({ count: 0, keys: [] });
    const counts = await Promise.all([expireJobs(db.engine, term, 10), expireJobs(db.engine, term, 10)]);
    expect(counts.reduce((sum, each) => sum + each.count, 0)).toBe(2);
    expect(await query('select id from jobs order by id')).toEqual([{ id: started }, { id: ageless }]);
    const ends = await query(
      `select h.id, h.state, h.outcome, h.attempt, h.buries, e.kind, e.terminal
       from job_history h join job_events e on e.job_id = h.id and e.run = h.run order by h.id`,
    );
    const end = { state: 'expired', outcome: 'expired', attempt: 0, buries: 0, kind: 'expired', terminal: true };
    expect(ends).toEqual([queued, scheduled].map((id) => ({ id, ...end })));
  });

  it('one that expires in its lane gives its key back, one that only waited for it had none', async () => {
    const { db, insert, lead } = engine;
    const key = { tenantId: 'acme', key: 'k' };
    await insert(2, { ttlMs: 60_000, concurrency: { key: 'k', limit: 1 } });
    await insert(1, { ttlMs: 60_000, concurrency: { key: 'other', limit: 1 } });
    await admitHeld(db.engine, [key]);
    await pass();
    expect(await expireJobs(db.engine, await lead(), 10)).toEqual({ count: 3, keys: [key] });
  });

  it('a scheduled job with a key waits for it when it is due', async () => {
    const { db, insert, query, claim, lead } = engine;
    const term = await lead();
    const ids = (await insert(2, { delayMs: 1, concurrency: { key: 'k', limit: 1 } })) as [string, string];
    await query(`update jobs set run_at = windlass_now() - interval '1 ms'`);
    const promoted = await promoteDue(db.engine, term, 10);
    const lanes = [{ queue: 'echo', type: 'echo' }];
    expect(promoted).toEqual({ count: 2, keys: [{ tenantId: 'acme', key: 'k' }], lanes });
    expect(await claim(ids)).toEqual([]);
    await admitHeld(db.engine, promoted.keys);
    expect(await claim(ids)).toEqual([ids[0]]);
  });
});
