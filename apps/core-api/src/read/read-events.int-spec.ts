import { randomUUID } from 'node:crypto';
import { systemRuntime } from '@windlass/clock';
import type { AttemptError, ClaimedJob } from '@windlass/contracts';
import {
  cancelJobsInStore,
  claimJobsInStore,
  connectDatabase,
  type Database,
  finishAttempts,
  insertJobs,
  migrate,
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
    const waiting = (known: number) => reads.events({ tenantId: 'acme', id, known, waitMs: 20_000 });
    const first = waiting(1);
    const job = await claim(id);
    expect((await first).items).toHaveLength(2);
    const second = waiting(2);
    await finish(job);
    expect(await second).toMatchObject({ finished: true, items: { length: 3 } });
    // Nothing more will come: no wait.
    expect(await waiting(3)).toMatchObject({ finished: true });
  });

  it('without a wait all of them are answered, whatever is known', async () => {
    const id = await insert();
    expect((await reads.events({ tenantId: 'acme', id, known: 7 })).items).toHaveLength(1);
  });

  it('of another tenant’s job are not read', async () => {
    await expect(reads.events({ tenantId: 'other', id: await insert() })).rejects.toMatchObject({
      code: 'read.job-unknown',
    });
  });
});
