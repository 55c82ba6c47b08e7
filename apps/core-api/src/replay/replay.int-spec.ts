import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
  type ActionFilter,
  type ActionKind,
  actionReply,
  beginAction,
  dispatchJobs,
  listActions,
  listActionsReply,
  listAudit,
  listAuditReply,
  RPC,
  readAction,
  readEvents,
  readEventsReply,
  replayJob,
  replayJobReply,
  stopAction,
} from '@windlass/contracts';
import { createLogger, RpcClient, type RunningService } from '@windlass/service-kit';
import {
  changeQueueSettings,
  claimJobsInStore,
  connectDatabase,
  type Database,
  finishAttempts,
  migrate,
} from '@windlass/store';
import { freshDatabase, waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCore } from '../create-core.js';
import { type RowOver, storeJob } from '../read/stored-jobs.fixture.js';

describe('replay, bulk actions and audit through core, on a real PostgreSQL', () => {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const gateway = new RpcClient(broker, RPC.coreForGateway, { timeoutMs: 5_000 });
  const handedOver = new Set<string>();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let core: RunningService;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    const logger = createLogger({ service: 'core-api', level: 'error', format: 'json', machine: 'test' });
    core = await createCore(
      { leaseMs: 20_000, healthPort: 0, healthHost: '127.0.0.1' },
      { db, broker: hub.connect(), runtime: systemRuntime, logger },
    );
    await broker.declareQueue('echo');
    await broker.consume('echo', { prefetch: 1_000 }, (delivery) => {
      for (const id of dispatchJobs.decode(delivery.body).ids) handedOver.add(id);
      delivery.ack();
    });
  });
  afterAll(async () => {
    await core?.stop();
    await db?.close();
    await broker.close();
    await database?.drop();
  });

  const store = (over: Partial<RowOver> = {}) => storeJob(db, { id: systemRuntime.uuid(), ...over });
  const replay = (id: string, tenantId = 'acme') =>
    gateway.call(replayJob, replayJobReply, { tenantId, id, actor: 'ann' });
  const hot = async (id: string) => {
    const found = await db.engine.query('select * from jobs where id = $1', [id]);
    return found.rows[0] as Record<string, unknown> | undefined;
  };
  const audit = async (tenantId = 'acme', before?: string) =>
    gateway.call(listAudit, listAuditReply, { tenantId, limit: 100, ...(before && { before }) });
  const begin = (action: ActionKind, filter: ActionFilter, tenantId = 'acme') =>
    gateway.call(beginAction, actionReply, { tenantId, actor: 'ann', action, filter, maxJobs: 1_000 });

  it('a finished job runs again as its next run: handed over, counted on, with an end of its own', async () => {
    const id = await store({ state: 'failed', epoch: 3, attempt: 3 });
    expect(await replay(id)).toEqual({ id, run: 2, state: 'queued' });
    await waitFor(() => handedOver.has(id), { what: 'the job message' });
    expect(await hot(id)).toMatchObject({ run: 2, epoch: 3, attempt: 0, expires_at: null, held: false });
    const token = randomUUID();
    const request = { worker: 'w', incarnation: randomUUID(), token, type: 'echo', versions: [1], ids: [id], free: 1 };
    const [job] = (await claimJobsInStore(db.engine, [request], 20_000)).get(token) ?? [];
    expect(job).toMatchObject({ run: 2, epoch: 4, attempt: 1 });
    if (job) await finishAttempts(db.engine, [{ ...job, state: 'succeeded', outcome: 'succeeded' }]);
    const { items } = await gateway.call(readEvents, readEventsReply, { tenantId: 'acme', id });
    expect(items.filter((each) => each.terminal)).toMatchObject([{ run: 2, kind: 'succeeded' }]);
    const runs = await db.engine.query('select run, state from job_history where id = $1 order by run', [id]);
    expect(runs.rows).toEqual([
      { run: 1, state: 'failed' },
      { run: 2, state: 'succeeded' },
    ]);
    expect((await audit()).items[0]).toMatchObject({ actor: 'ann', action: 'replay', object: id, detail: { run: 2 } });
  });

  it('of many replays at once one wins; the others find the job unfinished', async () => {
    const id = await store({ state: 'succeeded' });
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => replay(id)));
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1);
    for (const end of ends)
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'replay.job-unfinished' });
    expect(await hot(id)).toMatchObject({ run: 2 });
    const told = await db.engine.query(`select 1 from job_events where job_id = $1 and kind = 'replayed'`, [id]);
    expect(told.rowCount).toBe(1);
  });

  it('a replay that waited for another one goes by what that left', async () => {
    const id = await store({ state: 'failed' });
    const other = await db.engine.connect();
    await other.query('begin');
    await other.query('select pg_advisory_xact_lock(hashtextextended($1, 8))', [id]);
    const late = replay(id);
    const waiting = `select 1 from pg_locks where locktype = 'advisory' and not granted`;
    await waitFor(async () => (await db.beats.query(waiting)).rowCount === 1, { what: 'the replay to wait' });
    // The other's run has begun and ended by now.
    await store({ id, state: 'succeeded', run: 2 });
    await other.query('commit');
    other.release();
    expect(await late).toMatchObject({ run: 3 });
  });

  it('a job that is unfinished, unknown or another tenant’s is left as it is', async () => {
    await expect(replay(await store())).rejects.toMatchObject({ code: 'replay.job-unfinished' });
    await expect(replay(systemRuntime.uuid())).rejects.toMatchObject({ code: 'read.job-unknown' });
    const foreign = [await store({ state: 'failed' }), await store()];
    for (const id of foreign) await expect(replay(id, 'other')).rejects.toMatchObject({ code: 'read.job-unknown' });
    expect(await hot(foreign[0] as string)).toBeUndefined();
    expect((await audit('other')).items).toEqual([]);
  });

  it('a job whose dedupe key another one has by now is refused', async () => {
    const id = await store({ state: 'failed', dedupeKey: 'd' });
    const holder = await store({ dedupeKey: 'd' });
    await expect(replay(id)).rejects.toMatchObject({ code: 'replay.duplicate' });
    await db.engine.query('delete from jobs where id = $1', [holder]);
    expect(await replay(id)).toMatchObject({ run: 2 });
  });

  it('a job whose named queue was removed is refused until the queue is there again', async () => {
    const id = await store({ state: 'failed', queue: 'narrow' });
    await expect(replay(id)).rejects.toMatchObject({
      code: 'submit.queue-unknown',
      detail: expect.stringContaining('PUT /v1/queues/narrow'),
    });
    expect(await hot(id)).toBeUndefined();
    const change = { name: 'narrow', named: true, auditId: systemRuntime.uuid(), tenantId: 'acme', actor: 'ann' };
    await changeQueueSettings(db.engine, { ...change, maxRunning: 1 });
    expect(await replay(id)).toMatchObject({ run: 2 });
    expect(await hot(id)).toMatchObject({ queue: 'narrow' });
  });

  it('a job with a concurrency key waits at its gate and is admitted when the key is free', async () => {
    const concurrency = { key: 'k', limit: 1 };
    const holder = await store({ concurrency });
    const ids = [await store({ state: 'failed', concurrency }), await store({ state: 'failed', concurrency })] as const;
    await replay(ids[0]);
    expect(await hot(ids[0])).toMatchObject({ held: true });
    await db.engine.query('delete from jobs where id = $1', [holder]);
    await replay(ids[1]);
    await waitFor(async () => (await hot(ids[0]))?.held === false, { what: 'the admission of the first' });
    expect(await hot(ids[1])).toMatchObject({ held: true });
  });

  it('an action is begun, read, listed and stopped by its tenant, with lines in the audit log', async () => {
    const filter = { state: 'failed' as const, type: 'echo' };
    const action = await begin('replay', filter);
    expect(action).toMatchObject({ state: 'running', matched: 0, changed: 0, actor: 'ann', filter, maxJobs: 1_000 });
    const { id } = action;
    const read = (tenantId: string) => gateway.call(readAction, actionReply, { tenantId, id });
    expect(await read('acme')).toEqual(action);
    await expect(read('other')).rejects.toMatchObject({ code: 'actions.unknown' });
    const listed = (tenantId: string) => gateway.call(listActions, listActionsReply, { tenantId });
    expect((await listed('acme')).items).toEqual([action]);
    expect((await listed('other')).items).toEqual([]);
    const stop = (tenantId: string) => gateway.call(stopAction, actionReply, { tenantId, id, actor: 'bob' });
    await expect(stop('other')).rejects.toMatchObject({ code: 'actions.unknown' });
    const stopped = await stop('acme');
    expect(stopped).toMatchObject({ state: 'stopped', finishedAt: expect.any(Number) });
    expect(await stop('acme')).toEqual(stopped);
    const lines = (await audit()).items.filter((each) => each.object === id);
    expect(lines.map((each) => `${each.actor} ${each.action}`)).toEqual(['bob actions.stop', 'ann actions.begin']);
    expect(lines[1]?.detail).toEqual({ action: 'replay', filter, maxJobs: 1_000 });
  });

  it('a filter that can match nothing, or everything, is refused', async () => {
    const refused: [ActionKind, ActionFilter, string][] = [
      ['replay', {}, '/filter'],
      ['replay', { state: 'queued' }, '/filter/state'],
      ['purge', { state: 'running' }, '/filter/state'],
      ['cancel', { state: 'failed' }, '/filter/state'],
      ['cancel', { outcome: 'lost' }, '/filter/outcome'],
      ['purge', { createdAfter: 5, createdBefore: 5 }, '/filter/createdBefore'],
    ];
    for (const [action, filter, path] of refused)
      await expect(begin(action, filter)).rejects.toMatchObject({ code: 'http.fields-invalid', fields: [{ path }] });
  });

  it('a tenant has ten running actions at the most, also when it begins more at once', async () => {
    const ends = await Promise.allSettled(
      Array.from({ length: 14 }, () => begin('purge', { type: 'echo' }, 'busy-tenant')),
    );
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(10);
    for (const end of ends)
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'actions.too-many' });
    expect(await begin('purge', { type: 'echo' }, 'other')).toMatchObject({ state: 'running' });
    expect((await audit('busy-tenant')).items).toHaveLength(10);
  });

  it('the audit log is read in pages, newest first', async () => {
    const page = (before?: string) =>
      gateway.call(listAudit, listAuditReply, { tenantId: 'busy-tenant', limit: 4, ...(before && { before }) });
    const first = await page();
    const second = await page(first.next);
    const third = await page(second.next);
    const all = [...first.items, ...second.items, ...third.items];
    expect(third.next).toBeUndefined();
    expect(all).toEqual((await audit('busy-tenant')).items);
  });
});
