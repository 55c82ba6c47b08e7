import { randomUUID } from 'node:crypto';
import type { ClaimedJob } from '@windlass/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  admitHeld,
  cancelJobsInStore,
  changeQueueSettings,
  foldQueueDeltas,
  insertDedupedJobs,
  listQueueSettings,
  promoteDue,
  readQueueFigures,
  releaseAttemptsInStore,
  removeQueueSettings,
  retryAttempts,
} from '../index.js';
import { type Engine, openEngine } from './engine-harness.fixture.js';

describe('queues, on a real PostgreSQL', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterEach(() => engine.clean());
  afterAll(() => engine?.close());

  const counted = async () => {
    const rows = await engine.query<{ lane: string; counts: Record<string, number> }>(
      `select queue || '/' || type as lane, jsonb_object_agg(state, n) as counts from (
         select queue, type, case when held and state = 'queued' then 'held' else state end as state, count(*) as n from jobs group by 1, 2, 3
       ) real group by 1`,
    );
    return new Map(rows.map((row) => [row.lane, row.counts]));
  };
  const figures = async () =>
    new Map(
      (await readQueueFigures(engine.db.engine)).map((each) => [`${each.queue}/${each.type}`, { ...each.counts }]),
    );

  it('the figures are those of a count after any sequence of operations, before, while and after they are folded', async () => {
    const { db, insert, jobOf, claimFull, finish, query, lead } = engine;
    const term = await lead();
    const pick = <T>(items: T[]): T | undefined => items[Math.floor(Math.random() * items.length)];
    let running: ClaimedJob[] = [];
    const key = { tenantId: 'acme', key: 'k' };
    const steps = [
      () => insert(3),
      () => insert(2, { delayMs: 1 }),
      () => insert(2, { delayMs: 60_000, concurrency: { key: 'k', limit: 2 } }),
      () => insert(2, { concurrency: { key: 'k', limit: 2 } }, { queue: 'other' }),
      () =>
        insertDedupedJobs(db.engine, [jobOf({ dedupe: { key: 'd', onDuplicate: 'replace' } })], {
          repeated: false,
          markMs: 1,
        }),
      () => admitHeld(db.engine, [key]),
      () => promoteDue(db.engine, term, 100),
      async () => {
        const ids = await query<{ id: string }>('select id from jobs order by random() limit 3');
        running.push(...(await claimFull(ids.map((row) => row.id))));
      },
      async () => {
        const job = pick(running);
        if (job) await finish([job]);
      },
      async () => {
        const job = pick(running);
        if (job) await retryAttempts(db.engine, [{ ...job, outcome: 'failed', delayMs: 1 }]);
      },
      async () => {
        const job = pick(running);
        if (job) await releaseAttemptsInStore(db.engine, [job], 100);
      },
      async () => {
        const [row] = await query<{ id: string }>('select id from jobs order by random() limit 1');
        if (row) await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id: row.id, actor: 'me' }]);
      },
      () => foldQueueDeltas(db.engine, term, 3),
    ];
    for (let round = 0; round < 25; round += 1) {
      for (let n = 0; n < 4; n += 1) await pick(steps)?.();
      await Promise.all([foldQueueDeltas(db.engine, term, 100), pick(steps)?.(), insert(1)]);
      expect(await figures()).toEqual(await counted());
      running = running.slice(-20);
    }
    while ((await foldQueueDeltas(db.engine, term, 50)) > 0);
    expect(await query('select 1 from queue_deltas')).toEqual([]);
    expect(await figures()).toEqual(await counted());
  });

  it('an old term folds nothing', async () => {
    const term = await engine.lead();
    await engine.insert(1);
    expect(await foldQueueDeltas(engine.db.engine, { ...term, term: term.term - 1 }, 100)).toBe(0);
  });

  it('the oldest is found behind others of higher priority, and of one queue when it is named', async () => {
    const { insert, query, db } = engine;
    const [old] = await insert(1, undefined, { priority: 1 });
    await insert(2, undefined, { priority: 9 });
    await insert(1, { concurrency: { key: 'k', limit: 1 } });
    await insert(1, undefined, { queue: 'elsewhere' });
    await query(`update jobs set queued_at = windlass_now() - interval '1 hour' where id = $1`, [old]);
    const [lane, ...rest] = await readQueueFigures(db.engine, 'echo');
    expect(rest).toEqual([]);
    expect(lane?.oldestMs).toBeGreaterThanOrEqual(3_600_000);
    expect(lane?.oldestMs).toBeLessThan(3_700_000);
    expect(lane?.counts).toEqual({ queued: 3, held: 1 });
  });

  it('settings change as given and leave a line in the audit log each', async () => {
    const { db, query } = engine;
    const who = () => ({ auditId: randomUUID(), tenantId: 'acme', actor: 'me' });
    const change = (over: object) => changeQueueSettings(db.engine, { name: 'q', named: true, ...who(), ...over });
    expect(await change({ maxRunning: 5 })).toEqual({ name: 'q', named: true, pausedAt: null, maxRunning: 5 });
    const { pausedAt } = await change({ named: false, paused: true });
    expect(pausedAt).toBeTypeOf('number');
    expect(await change({ paused: true })).toMatchObject({ pausedAt, maxRunning: 5, named: true });
    expect(await change({ paused: false, maxRunning: null })).toMatchObject({ pausedAt: null, maxRunning: null });
    expect(await removeQueueSettings(db.engine, { name: 'q', ...who() })).toBe(true);
    expect(await removeQueueSettings(db.engine, { name: 'q', ...who() })).toBe(false);
    expect(await listQueueSettings(db.engine, 'q')).toEqual([]);
    const lines = await query<{ action: string }>(`select action from audit_log where object = 'q' order by at`);
    expect(lines.map((line) => line.action)).toEqual([
      'queues.put',
      'queues.pause',
      'queues.pause',
      'queues.resume',
      'queues.remove',
    ]);
  });
});
