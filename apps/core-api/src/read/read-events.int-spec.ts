import { randomUUID } from 'node:crypto';
import { systemRuntime } from '@windlass/clock';
import type { AttemptError, ClaimedJob, JobEvent } from '@windlass/contracts';
import {
  cancelJobsInStore,
  claimJobsInStore,
  connectDatabase,
  type Database,
  finishAttempts,
  insertJobs,
  migrate,
  readEventsInStore,
  releaseAttemptsInStore,
  replayJobsInStore,
  retryAttempts,
  runTransaction,
} from '@windlass/store';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FinishWatch } from './finish-watch.js';
import { LogWatch } from './log-watch.js';
import { ReadJobs } from './read-service.js';

const ERROR: AttemptError = { class: 'Error', message: 'no' };

describe('events of a job, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let logs: LogWatch;
  let reads: ReadJobs;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    logs = new LogWatch(db, systemRuntime);
    reads = new ReadJobs({ db, finishes: new FinishWatch(db, systemRuntime, logs), logs, leaseMs: 20_000 });
  });
  afterAll(async () => {
    logs?.close();
    await db?.close();
    await database?.drop();
  });

  const insert = async () => {
    const id = systemRuntime.uuid();
    const job = { id, template: ECHO_TEMPLATE, payload: '{}', dispatched: false };
    await insertJobs(db.engine, [job], { repeated: false, markMs: 60_000 });
    return id;
  };
  const claim = async (id: string): Promise<ClaimedJob> => {
    const token = randomUUID();
    const request = {
      worker: 'w',
      machine: 'm',
      incarnation: randomUUID(),
      token,
      type: 'echo',
      versions: [1],
      ids: [id],
      free: 1,
    };
    const [job] = (await claimJobsInStore(db.engine, [request], 20_000)).get(token) ?? [];
    if (!job) throw new Error('not claimed');
    return job;
  };
  const again = (job: ClaimedJob, outcome: 'failed' | 'lost') =>
    retryAttempts(db.engine, [{ ...job, outcome, error: ERROR, delayMs: 0 }]);
  const finish = (job: ClaimedJob) =>
    finishAttempts(db.engine, [{ ...job, state: 'succeeded', outcome: 'succeeded', result: '1' }]);
  const replay = (id: string) =>
    runTransaction(db.engine, 1_000, (tx) => replayJobsInStore(tx, [{ tenantId: 'acme', id, actor: 'ann' }]));
  const events = (id: string) => reads.events({ tenantId: 'acme', id });
  const inPages = async (id: string, limit: number) => {
    const all: JobEvent[] = [];
    for (;;) {
      const last = all.at(-1);
      const after = last && { run: last.run, epoch: last.epoch, rank: last.rank };
      const { items, more } = await reads.events({ tenantId: 'acme', id, limit, ...(after ? { after } : {}) });
      expect(items.length).toBeLessThanOrEqual(limit);
      all.push(...items);
      if (!more) return all;
      expect(items.length).toBeGreaterThan(0);
    }
  };
  const told = async (id: string) => {
    const { items, finished } = await events(id);
    return {
      finished,
      items: items.map((each) => `${each.run}.${each.epoch} ${each.kind}${each.terminal ? ' !' : ''}`),
    };
  };

  it('tell its whole life in order: a retry, a rescue, a cancel, a replay, a success', async () => {
    const id = await insert();
    expect(await told(id)).toEqual({ finished: false, items: ['1.0 submitted'] });
    await again(await claim(id), 'failed');
    expect((await told(id)).items).toEqual(['1.0 submitted', '1.1 started', '1.1 attempt-failed']);
    await again(await claim(id), 'lost');
    await claim(id);
    expect((await told(id)).items.slice(3)).toEqual(['1.2 started', '1.2 attempt-lost', '1.3 started']);
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id, actor: 'bob', reason: 'changed my mind' }]);
    expect(await told(id)).toMatchObject({ finished: true, items: { length: 7, 6: '1.3 cancelled !' } });
    expect((await replay(id)).replayed).toMatchObject([{ run: 2, state: 'queued' }]);
    await finish(await claim(id));
    const { items, finished } = await events(id);
    expect(finished).toBe(true);
    expect((await told(id)).items.slice(6)).toEqual([
      '1.3 cancelled !',
      '2.3 replayed',
      '2.4 started',
      '2.4 succeeded !',
    ]);
    expect(items[1]).toMatchObject({ worker: 'w', machine: 'm' });
    expect(items[2]).toMatchObject({ error: ERROR });
    expect(items[6]).toMatchObject({ actor: 'bob', reason: 'changed my mind' });
    expect(items[7]).toMatchObject({ actor: 'ann' });
    expect(items.map((each) => each.at)).toEqual(items.map((each) => each.at).sort((a, b) => a - b));
  });

  it('of one that was cancelled before its start tell of no start', async () => {
    const id = await insert();
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id, actor: 'bob' }]);
    expect((await told(id)).items).toEqual(['1.0 submitted', '1.0 cancelled !']);
    await replay(id);
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id, actor: 'bob' }]);
    expect((await told(id)).items.slice(2)).toEqual(['2.0 replayed', '2.0 cancelled !']);
  });

  it('of one that was cancelled between two attempts tell of each start once', async () => {
    const id = await insert();
    await again(await claim(id), 'failed');
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id, actor: 'bob' }]);
    const { items } = await told(id);
    expect(items).toEqual(['1.0 submitted', '1.1 started', '1.1 attempt-failed', '1.1 cancelled !']);
  });

  it('a wait ends with the next event, and with the end of the job', async () => {
    const id = await insert();
    const waiting = (epoch: number, rank: number) =>
      reads.events({ tenantId: 'acme', id, after: { run: 1, epoch, rank }, waitMs: 20_000 });
    const first = waiting(0, 0);
    const job = await claim(id);
    expect((await first).items).toMatchObject([{ kind: 'started' }]);
    const second = waiting(1, 1);
    await finish(job);
    expect(await second).toMatchObject({ finished: true, items: [{ kind: 'succeeded' }] });
    // Nothing more will come: no wait.
    expect(await waiting(1, 3)).toMatchObject({ finished: true, items: [] });
  });

  it('an end between the two reads of a page is told as the end', async () => {
    const id = await insert();
    const job = await claim(id);
    const page = await db.sources.readAs('acme', async (manager) => {
      const findOne = manager.findOne.bind(manager);
      // After the job's row was read, before its events are.
      manager.findOne = (async (...query: Parameters<typeof findOne>) => {
        const row = await findOne(...query);
        await finish(job);
        return row;
      }) as typeof manager.findOne;
      return readEventsInStore(manager, { id });
    });
    expect(page).toMatchObject({ finished: true, items: [{}, { kind: 'started' }, { kind: 'succeeded' }] });
  });

  it('come by page, each strictly behind a place, whatever the size of the page', async () => {
    const id = await insert();
    for (let n = 0; n < 3; n += 1) await again(await claim(id), 'failed');
    await claim(id);
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id, actor: 'bob' }]);
    await replay(id);
    await claim(id);
    const all = await events(id);
    expect(all).toMatchObject({ more: false, finished: false, items: { length: 11 } });
    const places = all.items.map(({ run, epoch, rank }) => `${run}.${epoch}.${rank}`);
    expect(places.join(' ')).toBe('1.0.0 1.1.1 1.1.2 1.2.1 1.2.2 1.3.1 1.3.2 1.4.1 1.4.3 2.4.0 2.5.1');
    for (const limit of [1, 2, 3, 5, 10, 11]) expect(await inPages(id, limit)).toEqual(all.items);
  });

  it('with long errors come in pages that the broker carries, and the newest is among them', async () => {
    const id = await insert();
    const error = { ...ERROR, message: 'm'.repeat(8_192), stack: 's'.repeat(32_768) };
    await db.engine.query(
      `insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at, error, started_at)
       select 'standard', 'acme', $1, 1, n, 'attempt-failed', false, now(), $2, now() from generate_series(1, 700) n`,
      [id, JSON.stringify(error)],
    );
    const page = await reads.events({ tenantId: 'acme', id, limit: 1_000 });
    expect(page.more).toBe(true);
    expect(JSON.stringify(page).length).toBeLessThan(3 * 1_048_576);
    const all = await inPages(id, 1_000);
    expect(all).toHaveLength(1_401);
    expect(all.at(-1)).toMatchObject({ epoch: 700, rank: 2 });
  });

  it('of a claim that was given back lose its start, and nothing else moves', async () => {
    const id = await insert();
    await again(await claim(id), 'failed');
    const unstarted = await claim(id);
    const before = await events(id);
    expect(before.items.at(-1)).toMatchObject({ epoch: 2, rank: 1 });
    await releaseAttemptsInStore(db.engine, [unstarted], 10);
    expect((await events(id)).items).toEqual(before.items.slice(0, -1));
    const next = reads.events({ tenantId: 'acme', id, after: { run: 1, epoch: 2, rank: 1 }, waitMs: 20_000 });
    await claim(id);
    expect((await next).items).toMatchObject([{ run: 1, epoch: 3, rank: 1, kind: 'started' }]);
  });

  it('of another tenant’s job are not read', async () => {
    await expect(reads.events({ tenantId: 'other', id: await insert() })).rejects.toMatchObject({
      code: 'read.job-unknown',
    });
  });
});
