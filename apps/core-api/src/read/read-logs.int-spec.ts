import { ManualRuntime, systemRuntime } from '@windlass/clock';
import type { LogLine, ReadLogs } from '@windlass/contracts';
import { connectDatabase, type Database, migrate } from '@windlass/store';
import { freshDatabase } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FinishWatch } from './finish-watch.js';
import { LogWatch } from './log-watch.js';
import { ReadJobs } from './read-service.js';
import { storeJob, storeLines, storeStopping } from './stored-jobs.fixture.js';

describe('reading logs, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let logs: LogWatch;
  let finishes: FinishWatch;
  let reads: ReadJobs;
  const started = () =>
    storeJob(db, { id: systemRuntime.uuid(), state: 'running', epoch: 1, startedAt: 'windlass_now()' });

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    logs = new LogWatch(db, systemRuntime);
    finishes = new FinishWatch(db, systemRuntime, logs);
    reads = new ReadJobs({ db, finishes, logs, leaseMs: 20_000 });
  });
  afterAll(async () => {
    logs?.close();
    await db?.close();
    await database?.drop();
  });

  const lines = (id: string, over: Partial<ReadLogs> = {}) =>
    reads.lines({ tenantId: 'acme', id, limit: 1_000, ...over });
  const places = (items: LogLine[]) => items.map(({ run, epoch, seq }) => `${run}.${epoch}.${seq}`);
  /** Page by page, as a client does it. */
  const inPages = async (id: string, limitOf: () => number, level?: ReadLogs['level']) => {
    const found: LogLine[] = [];
    for (;;) {
      const last = found.at(-1);
      const after = last && { run: last.run, epoch: last.epoch, seq: last.seq };
      const page = await lines(id, { limit: limitOf(), ...(after && { after }), ...(level && { level }) });
      found.push(...page.items);
      if (!page.more) return found;
      expect(page.items.length).toBeGreaterThan(0);
    }
  };
  const finish = (id: string) => db.engine.query('delete from jobs where id = $1', [id]);

  it('pages of any size are together one big read: over attempts and runs, at any level', async () => {
    const id = await storeJob(db, { id: systemRuntime.uuid(), state: 'failed', run: 2, epoch: 12, retention: 'long' });
    const levels = ['debug', 'info', 'warn', 'error'] as const;
    const written = [1, 2, 11, 12].flatMap((epoch) =>
      Array.from({ length: 60 }, (_, n) => ({
        run: epoch < 11 ? 1 : 2,
        epoch,
        seq: n + 1,
        level: levels[(n * 7 + epoch) % 4] ?? 'info',
      })),
    );
    await storeLines(db, { id, retention: 'long' }, [...written].reverse());
    const all = await lines(id);
    expect(places(all.items)).toEqual(written.map((each) => `${each.run}.${each.epoch}.${each.seq}`));
    expect(all).toMatchObject({ more: false, finished: true });
    const chance = new ManualRuntime({ seed: 7 });
    const random = () => 1 + Math.floor(50 * chance.random());
    for (const level of [undefined, 'debug', 'info', 'warn', 'error'] as const) {
      const wanted = level
        ? all.items.filter((each) => levels.indexOf(each.level) >= levels.indexOf(level))
        : all.items;
      expect(await inPages(id, random, level)).toEqual(wanted);
    }
  });

  it('a page ends early where its lines are long, and the rest follows', async () => {
    const id = await started();
    const long = Array.from({ length: 400 }, (_, n) => ({ epoch: 1, seq: n + 1, message: 'ü'.repeat(4_096) }));
    await storeLines(db, { id }, long);
    const page = await lines(id);
    expect(page.more).toBe(true);
    expect(page.items.length).toBe(256);
    expect(places(await inPages(id, () => 1_000))).toEqual(long.map((each) => `1.1.${each.seq}`));
  });

  it('nothing follows only when the job has finished and no cancelled attempt of it writes any more', async () => {
    const id = await started();
    expect(await lines(id)).toEqual({ items: [], more: false, finished: false });
    await storeStopping(db, { id });
    await finish(id);
    await storeJob(db, { id, state: 'cancelled', epoch: 1 });
    expect((await lines(id)).finished).toBe(false);
    await storeLines(db, { id }, [{ epoch: 1, seq: 1 }]);
    await db.engine.query('delete from stopping_attempts');
    expect(await lines(id)).toMatchObject({ items: [{ seq: 1 }], more: false, finished: true });
  });

  it('whoever waits is woken by this core’s lines at once, without a look by the poll', async () => {
    const id = await started();
    const still = new LogWatch({ engine: undefined as never }, systemRuntime);
    const waiting = new ReadJobs({ db, finishes, logs: still, leaseMs: 1 }).lines({
      tenantId: 'acme',
      id,
      limit: 10,
      waitMs: 20_000,
    });
    await storeLines(db, { id }, [{ epoch: 1, seq: 1 }]);
    // As the append stage does; repeated, since the reader may not have come to wait yet.
    let done = false;
    void waiting.finally(() => (done = true));
    while (!done) {
      still.appended([id]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(places((await waiting).items)).toEqual(['1.1.1']);
    still.close();
  });

  it('lines, an end, a new attempt that other cores wrote are noticed by the poll', async () => {
    const id = await started();
    const waitMs = 20_000;
    const first = lines(id, { waitMs });
    await storeLines(db, { id }, [{ epoch: 1, seq: 1 }]);
    expect(places((await first).items)).toEqual(['1.1.1']);
    const after = { run: 1, epoch: 1, seq: 1 };
    const second = lines(id, { waitMs, after });
    await storeLines(db, { id }, [{ epoch: 2, seq: 1 }]);
    expect(places((await second).items)).toEqual(['1.2.1']);
    const third = lines(id, { waitMs, after: { run: 1, epoch: 2, seq: 1 } });
    await storeJob(db, { id, state: 'failed', epoch: 2 });
    await finish(id);
    expect(await third).toEqual({ items: [], more: false, finished: true });
  });

  it('a wait for errors goes on over lines of no account, and ends without any when its time is over', async () => {
    const id = await started();
    const errors = lines(id, { waitMs: 20_000, level: 'error' });
    await storeLines(db, { id }, [{ epoch: 1, seq: 1, level: 'info' }]);
    logs.appended([id]);
    await storeLines(db, { id }, [{ epoch: 1, seq: 2, level: 'error' }]);
    logs.appended([id]);
    expect(places((await errors).items)).toEqual(['1.1.2']);
    expect(await lines(id, { waitMs: 30, after: { run: 1, epoch: 1, seq: 2 } })).toEqual({
      items: [],
      more: false,
      finished: false,
    });
  });

  it('an end that this core recorded wakes those who wait for lines and for events; a stop wakes all', async () => {
    const id = await started();
    const still = new LogWatch({ engine: undefined as never }, systemRuntime);
    const ends = new FinishWatch(db, systemRuntime, still);
    const own = new ReadJobs({ db, finishes: ends, logs: still, leaseMs: 1 });
    const both = Promise.all([
      own.lines({ tenantId: 'acme', id, limit: 1, waitMs: 20_000 }),
      own.events({ tenantId: 'acme', id, after: { run: 1, epoch: 1, rank: 1 }, waitMs: 20_000 }),
    ]);
    await storeJob(db, { id, state: 'failed', epoch: 1 });
    await finish(id);
    let done = false;
    void both.finally(() => (done = true));
    while (!done) {
      ends.finished([id]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await both).map((each) => each.finished)).toEqual([true, true]);
    const other = await started();
    const waiting = own.lines({ tenantId: 'acme', id: other, limit: 1, waitMs: 20_000 });
    still.close();
    expect((await waiting).finished).toBe(false);
  });

  it('lines of another tenant’s job are not read, even under the same id', async () => {
    const id = await started();
    await storeLines(db, { id, tenantId: 'other' }, [{ epoch: 1, seq: 1 }]);
    await storeLines(db, { id }, [{ epoch: 1, seq: 2 }]);
    expect(places((await lines(id)).items)).toEqual(['1.1.2']);
  });
});
