import { systemRuntime } from '@windlass/clock';
import type { WaitingFor } from '@windlass/contracts';
import { connectDatabase, type Database, migrate } from '@windlass/store';
import { freshDatabase } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FinishWatch } from './finish-watch.js';
import { LogWatch } from './log-watch.js';
import { ReadJobs } from './read-service.js';
import { type RowOver, storeJob, storeStopping, storeWorker } from './stored-jobs.fixture.js';

const LEASE_MS = 20_000;

describe('reading jobs, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let reads: ReadJobs;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    const logs = new LogWatch(db, systemRuntime);
    reads = new ReadJobs({ db, finishes: new FinishWatch(db, systemRuntime, logs), logs, leaseMs: LEASE_MS });
  });
  afterEach(async () => {
    for (const table of ['jobs', 'job_history', 'stopping_attempts', 'workers', 'queues'])
      await db.engine.query(`delete from ${table}`);
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  const store = (over: Partial<RowOver> = {}) => storeJob(db, { id: systemRuntime.uuid(), ...over });
  const read = (id: string, tenantId = 'acme') => reads.job({ tenantId, id });
  const waitingFor = async (id: string) => (await read(id)).waitingFor;
  const worker = (version = 1, slots = 4) => storeWorker(db, [{ type: 'echo', version, slots }]);
  const queue = (columns: { pausedAt?: string; maxRunning?: number; name?: string }) =>
    db.engine.query(
      `insert into queues (name, named, paused_at, max_running, created_at, changed_at, changed_by)
       values ($1, false, ${columns.pausedAt ?? 'null'}, $2, windlass_now(), windlass_now(), 'op')`,
      [columns.name ?? 'echo', columns.maxRunning ?? null],
    );

  describe('what a job waits for', () => {
    it('a new one waits for its time, one that failed for its retry', async () => {
      await worker();
      const at = `to_timestamp(4102444800)`;
      const fresh = await store({ state: 'scheduled', runAt: at });
      const failed = await store({ state: 'scheduled', runAt: at, attempt: 1, epoch: 1 });
      expect(await waitingFor(fresh)).toEqual([{ kind: 'delay', until: 4_102_444_800_000 }]);
      expect(await waitingFor(failed)).toEqual([{ kind: 'retry', until: 4_102_444_800_000 }]);
    });

    it('a blocked one waits for its parents', async () => {
      await worker();
      expect(await waitingFor(await store({ state: 'blocked' }))).toEqual([{ kind: 'parents' }]);
    });

    it('a paused queue is a reason until it goes on', async () => {
      await worker();
      const id = await store();
      await queue({ pausedAt: 'to_timestamp(1700000000.25)' });
      expect(await waitingFor(id)).toEqual([{ kind: 'queue-paused', queue: 'echo', since: 1_700_000_000_250 }]);
      await db.engine.query('update queues set paused_at = null');
      expect(await waitingFor(id)).toEqual([{ kind: 'backlog', ahead: 0, slots: 4 }]);
    });

    it('a worker counts when it beats, does not drain and has the version', async () => {
      const id = await store({ version: 2 });
      const nobody = (knownVersions: number[]): WaitingFor => ({
        kind: 'no-worker',
        type: 'echo',
        version: 2,
        knownVersions,
      });
      expect(await waitingFor(id)).toEqual([nobody([])]);
      await storeWorker(db, [{ type: 'echo', version: 2, slots: 1 }], { draining: true });
      await storeWorker(db, [{ type: 'echo', version: 2, slots: 1 }], {
        beatAt: `windlass_now() - interval '${LEASE_MS + 1_000} ms'`,
      });
      expect(await waitingFor(id)).toEqual([nobody([])]);
      await worker(3);
      await worker(1);
      expect(await waitingFor(id)).toEqual([nobody([1, 3])]);
      await worker(2);
      expect(await waitingFor(id)).toEqual([{ kind: 'backlog', ahead: 0, slots: 12 }]);
    });

    it('a limited queue is a reason when as many run as may, those that are being stopped among them', async () => {
      await worker();
      const id = await store();
      await queue({ maxRunning: 2 });
      await store({ state: 'running', startedAt: 'windlass_now()', tenantId: 'other' });
      expect(await waitingFor(id)).toEqual([{ kind: 'backlog', ahead: 0, slots: 4 }]);
      await storeStopping(db, { id: systemRuntime.uuid(), tenantId: 'other' });
      expect(await waitingFor(id)).toEqual([{ kind: 'queue-limit', queue: 'echo', limit: 2, running: 2 }]);
    });

    it('a used-up key names the tenant’s jobs that have it, ten at the most, and nobody else’s', async () => {
      await worker();
      const concurrency = { key: 'k', limit: 2 };
      const holders = [
        await store({ concurrency }),
        await store({ concurrency, state: 'running', startedAt: 'now()' }),
      ];
      await store({ concurrency, tenantId: 'other' });
      const held = await store({ concurrency, held: true });
      expect(await waitingFor(held)).toEqual([{ kind: 'concurrency-key', key: 'k', limit: 2, holders }]);
      const stopping = systemRuntime.uuid();
      await storeStopping(db, { id: stopping, key: 'k' });
      for (let n = 0; n < 10; n += 1) await store({ concurrency });
      const [reason] = (await waitingFor(held)) ?? [];
      expect(reason?.kind === 'concurrency-key' && reason.holders).toHaveLength(10);
      const later = await store({ concurrency: { key: 'k', limit: 13 }, state: 'scheduled', runAt: `'infinity'` });
      const kinds = async (id: string) => (await waitingFor(id))?.map((each) => each.kind);
      await db.engine.query('update jobs set run_at = to_timestamp(4102444800) where id = $1', [later]);
      expect(await kinds(later)).toEqual(['delay', 'concurrency-key']);
      await db.engine.query('update jobs set concurrency_limit = 14 where id = $1', [later]);
      expect(await kinds(later)).toEqual(['delay']);
    });

    it('the backlog counts what goes first in its lane: more urgent or older, whoever’s, held ones not', async () => {
      await worker();
      await store({ tenantId: 'other' });
      await store({ priority: 9, queue: 'else' });
      await store({ priority: 1 });
      await store({ held: true, concurrency: { key: 'k', limit: 1 } });
      const id = await store();
      await store({ priority: 9, tenantId: 'other' });
      await store();
      expect(await waitingFor(id)).toEqual([{ kind: 'backlog', ahead: 2, slots: 4 }]);
    });

    it('the reasons come in the order in which they have to pass', async () => {
      await queue({ pausedAt: 'windlass_now()', maxRunning: 0 });
      await store({ priority: 9 });
      const id = await store();
      const kinds = (await waitingFor(id))?.map((each) => each.kind);
      expect(kinds).toEqual(['queue-paused', 'no-worker', 'queue-limit', 'backlog']);
    });

    it('nothing is said of a job that runs or has ended, nor to one who waits for its end', async () => {
      const running = await store({ state: 'running', startedAt: 'windlass_now()' });
      expect(await waitingFor(running)).toBeUndefined();
      expect(await waitingFor(await store({ state: 'failed' }))).toBeUndefined();
      const queued = await store();
      expect(await reads.job({ tenantId: 'acme', id: queued, waitMs: 1 })).not.toHaveProperty('waitingFor');
      const { items } = await reads.list({ tenantId: 'acme', state: 'queued', limit: 10 });
      expect(items[0]).not.toHaveProperty('waitingFor');
    });

    it('a million jobs ahead are counted up to a thousand', async () => {
      await db.engine.query(
        `insert into jobs (id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts,
           payload, tags, retention, soft_ms, hard_ms, backoff, retry_timeout, created_at)
         select gen_random_uuid(), 'acme', 'echo', 1, 'echo', 'queued', 9, 1, 0, 0, 1, 0, 0, '{}', '{}', 'standard', 1, 1,
           '{"kind":"fixed","delayMs":0}', false, windlass_now() from generate_series(1, 3000)`,
      );
      await worker();
      expect(await waitingFor(await store())).toEqual([{ kind: 'backlog', ahead: 1_000, slots: 4 }]);
    });
  });

  it('the time left of a running job goes by the database’s clock and ends at zero', async () => {
    const fresh = await read(
      await store({ state: 'running', startedAt: `windlass_now() - interval '10 s'`, hardMs: 60_000 }),
    );
    expect(fresh.timeLeftMs).toBeGreaterThan(40_000);
    expect(fresh.timeLeftMs).toBeLessThanOrEqual(50_000);
    const late = await store({ state: 'running', startedAt: `windlass_now() - interval '10 s'`, hardMs: 5_000 });
    expect((await read(late)).timeLeftMs).toBe(0);
    expect(await read(await store())).not.toHaveProperty('timeLeftMs');
  });

  it('a cancelled job is stopping until its attempt has ended, in the list as well, and says why', async () => {
    const id = await store({ state: 'cancelled', epoch: 1, reason: 'not needed' });
    await storeStopping(db, { id });
    expect(await read(id)).toMatchObject({ stopping: true, reason: 'not needed' });
    expect((await reads.list({ tenantId: 'acme', limit: 1 })).items[0]).toMatchObject({ id, stopping: true });
    await db.engine.query('delete from stopping_attempts');
    expect(await read(id)).not.toHaveProperty('stopping');
  });

  it('the list goes by queue', async () => {
    const there = [await store({ queue: 'slow' }), await store({ queue: 'slow', state: 'failed' })];
    await store();
    const { items } = await reads.list({ tenantId: 'acme', queue: 'slow', limit: 10 });
    expect(items.map((each) => each.id).sort()).toEqual(there.sort());
  });

  it('a job is listed once, by its last run, however many it had; no page ends early for it', async () => {
    const twice = await store({ state: 'failed' });
    await storeJob(db, { id: twice, state: 'succeeded', run: 2 });
    const again = await store({ state: 'failed' });
    await storeJob(db, { id: again, run: 2 });
    const last = await store({ state: 'failed' });
    const pages = async (state?: 'failed' | 'succeeded') => {
      const found: string[] = [];
      for (let before: string | undefined; ; ) {
        const query = { tenantId: 'acme', limit: 1, ...(state && { state }), ...(before && { before }) };
        const page = await reads.list(query);
        found.push(...page.items.map((each) => `${each.id} ${each.run} ${each.state}`));
        before = page.next;
        if (!before) return found;
      }
    };
    expect(await pages()).toEqual([`${last} 1 failed`, `${again} 2 queued`, `${twice} 2 succeeded`]);
    expect(await pages('failed')).toEqual([`${last} 1 failed`]);
    expect(await pages('succeeded')).toEqual([`${twice} 2 succeeded`]);
  });

  it('a large result is answered as the file that it is', async () => {
    const file = {
      name: 'result.json',
      key: 'k',
      size: 1,
      sha256: 'a'.repeat(64),
      etag: 'e',
      contentType: 'application/json',
    };
    const id = await store({ state: 'succeeded', resultFile: file });
    expect(await reads.result('acme', id)).toEqual({ state: 'succeeded', resultFile: file });
  });

  it('another tenant finds nothing', async () => {
    const id = await store();
    await expect(read(id, 'other')).rejects.toMatchObject({ code: 'read.job-unknown' });
    await expect(reads.events({ tenantId: 'other', id })).rejects.toMatchObject({ code: 'read.job-unknown' });
    await expect(reads.lines({ tenantId: 'other', id, limit: 1 })).rejects.toMatchObject({ code: 'read.job-unknown' });
    await expect(reads.result('other', id)).rejects.toMatchObject({ code: 'read.job-unknown' });
  });
});
