import { randomUUID } from 'node:crypto';
import { systemRuntime } from '@windlass/clock';
import type { ClaimedJob } from '@windlass/contracts';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  admitHeld,
  appendLogsInStore,
  cancelJobsInStore,
  claimJobsInStore,
  closeDeadStopping,
  closeStopping,
  connectDatabase,
  type Database,
  extendLeases,
  extendStopping,
  finishAttempts,
  insertJobs,
  type JobExtras,
  migrate,
  proveBeatPath,
  readEndStates,
  retryAttempts,
  takeLeadership,
} from '../index.js';

const LEASE_MS = 20_000;
const CANCEL = { tenantId: 'acme', actor: 'ann', reason: 'not needed' };

describe('cancel, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
  });
  afterEach(() => db.engine.query('delete from jobs'));
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  const rows = async (text: string, ...values: unknown[]) => (await db.engine.query(text, values)).rows;
  const insert = async (extras: JobExtras = {}) => {
    const id = systemRuntime.uuid();
    await insertJobs(db.engine, [{ id, template: ECHO_TEMPLATE, payload: '{}', dispatched: false, extras }], {
      repeated: false,
      markMs: 1,
    });
    return id;
  };
  const claim = async (id: string): Promise<ClaimedJob> => {
    const [token, incarnation] = [randomUUID(), randomUUID()];
    const request = { worker: 'w', machine: 'm', incarnation, token, type: 'echo', versions: [1], ids: [id], free: 1 };
    const [job] = (await claimJobsInStore(db.engine, [request], LEASE_MS)).get(token) ?? [];
    if (!job) throw new Error('not claimed');
    return job;
  };
  const terminals = (id: string) => rows('select * from job_events where job_id = $1 and terminal', id);
  const history = async (id: string) => (await rows('select * from job_history where id = $1', id))[0];
  const stopping = (id: string) => rows('select * from stopping_attempts where job_id = $1', id);

  it('against completions at the same moment there is exactly one end, and all tables agree on it', async () => {
    for (let round = 0; round < 60; round += 1) {
      const job = await claim(await insert());
      const end = { ...job, state: 'succeeded' as const, outcome: 'succeeded' as const };
      const [cancelled, finished] = await Promise.all(
        round % 2
          ? [cancelJobsInStore(db.engine, [{ ...CANCEL, id: job.jobId }]), finishAttempts(db.engine, [end])]
          : [finishAttempts(db.engine, [end]), cancelJobsInStore(db.engine, [{ ...CANCEL, id: job.jobId }])].reverse(),
      );
      expect((cancelled?.length ?? 0) + (finished?.length ?? 0)).toBe(1);
      const [event, ...more] = await terminals(job.jobId);
      expect(more).toEqual([]);
      const { state } = await history(job.jobId);
      expect(event.kind).toBe(state);
      expect(await stopping(job.jobId)).toHaveLength(state === 'cancelled' ? 1 : 0);
    }
  });

  it('against a retry at the same moment the job is cancelled, or cancelled from its next state: never left over', async () => {
    for (let round = 0; round < 30; round += 1) {
      const job = await claim(await insert());
      const failed = { ...job, outcome: 'failed' as const, delayMs: round % 3 };
      const [again, cancelled] = await Promise.all([
        retryAttempts(db.engine, [failed]),
        cancelJobsInStore(db.engine, [{ ...CANCEL, id: job.jobId }]),
      ]);
      expect(cancelled).toHaveLength(1);
      expect(cancelled[0]?.wasRunning).toBe(again.length === 0);
      expect(await rows('select 1 from jobs where id = $1', job.jobId)).toEqual([]);
      expect(await terminals(job.jobId)).toHaveLength(1);
    }
  });

  it('works from every state, and the history tells who and why', async () => {
    const blocked = await insert();
    await db.engine.query({ text: `update jobs set state = 'blocked' where id = $1`, values: [blocked] });
    const running = await claim(await insert());
    const ids = [blocked, await insert({ delayMs: 60_000 }), await insert(), running.jobId];
    const cancelled = await cancelJobsInStore(
      db.engine,
      ids.map((id) => ({ ...CANCEL, id })),
    );
    expect(cancelled.map((each) => [each.id, each.wasRunning]).sort()).toEqual(
      ids.map((id) => [id, id === running.jobId]).sort(),
    );
    for (const id of ids) {
      const started = id === running.jobId;
      expect(await history(id)).toMatchObject({ state: 'cancelled', outcome: 'cancelled', reason: 'not needed' });
      expect(await terminals(id)).toMatchObject([
        {
          kind: 'cancelled',
          actor: 'ann',
          reason: 'not needed',
          worker: started ? 'w' : null,
          machine: started ? 'm' : null,
          started_at: started ? expect.any(Date) : null,
        },
      ]);
    }
    expect(await readEndStates(db.engine, [{ id: running.jobId, tenantId: 'acme' }])).toEqual([
      { id: running.jobId, state: 'cancelled', stopping: true },
    ]);
  });

  it('finds neither another tenant’s job nor one that has ended, and changes nothing of them', async () => {
    const id = await insert();
    expect(await cancelJobsInStore(db.engine, [{ ...CANCEL, tenantId: 'other', id }])).toEqual([]);
    expect(await readEndStates(db.engine, [{ id, tenantId: 'acme' }])).toEqual([]);
    const job = await claim(id);
    await finishAttempts(db.engine, [{ ...job, state: 'succeeded', outcome: 'succeeded' }]);
    expect(await cancelJobsInStore(db.engine, [{ ...CANCEL, id }])).toEqual([]);
    expect(await readEndStates(db.engine, [{ id, tenantId: 'other' }])).toEqual([]);
    expect(await readEndStates(db.engine, [{ id, tenantId: 'acme' }])).toEqual([
      { id, state: 'succeeded', stopping: false },
    ]);
  });

  it('a cancelled attempt holds its key until it is closed, and nothing it says later changes anything', async () => {
    const concurrency = { key: 'k', limit: 1 };
    const [first, second] = [await insert({ concurrency }), await insert({ concurrency })];
    const key = { tenantId: 'acme', key: 'k' };
    await admitHeld(db.engine, [key]);
    const job = await claim(first);
    await cancelJobsInStore(db.engine, [{ ...CANCEL, id: first }]);
    await admitHeld(db.engine, [key]);
    const isHeld = async () => (await rows('select held from jobs where id = $1', second))[0].held;
    expect(await isHeld()).toBe(true);

    expect(await extendLeases(db.beats, [job], LEASE_MS)).toEqual(new Map());
    expect(await extendStopping(db.beats, [job, { ...job, token: randomUUID() }], LEASE_MS)).toEqual([
      { id: first, epoch: 1 },
    ]);
    const line = { seq: 1, at: 1_000, level: 'info' as const, source: 'handler', message: 'bye' };
    expect(await appendLogsInStore(db.engine, [{ ...job, lines: [line] }])).toEqual([true]);
    expect(await finishAttempts(db.engine, [{ ...job, state: 'succeeded', outcome: 'succeeded' }])).toEqual([]);
    expect(await closeStopping(db.engine, [{ ...job, token: randomUUID() }])).toEqual([]);

    expect(await closeStopping(db.engine, [job])).toMatchObject([{ id: first, tenantId: 'acme', concurrencyKey: 'k' }]);
    await admitHeld(db.engine, [key]);
    expect(await isHeld()).toBe(false);
    expect(await closeStopping(db.engine, [job])).toEqual([]);
    expect(await extendStopping(db.beats, [job], LEASE_MS)).toEqual([]);
    expect(await appendLogsInStore(db.engine, [{ ...job, lines: [{ ...line, seq: 2 }] }])).toEqual([false]);
    expect(await history(first)).toMatchObject({ state: 'cancelled', result: null });
    expect(await rows('select seq from job_logs where job_id = $1', first)).toEqual([{ seq: 1 }]);
  });

  it('a cancelled attempt whose worker is gone is closed by the leader, not while there is grace, and its files are due later', async () => {
    const job = await claim(await insert());
    await cancelJobsInStore(db.engine, [{ ...CANCEL, id: job.jobId }]);
    const leader = await takeLeadership(db.beats, 'scheduler', 'me', 10_000);
    if (!leader) throw new Error('no leader');
    const rescue = { ...leader, litterMs: 60_000 };
    const close = (over = {}) => closeDeadStopping(db.engine, { gapMs: 5_000, limit: 10 }, { ...rescue, ...over });
    await proveBeatPath(db.beats, { gapMs: 60_000, leaseMs: 0 });
    expect(await close()).toEqual([]);
    await db.engine.query({
      text: `update stopping_attempts set lease_until = windlass_now() - interval '1 ms' where job_id = $1`,
      values: [job.jobId],
    });
    expect(await close({ term: leader.term - 1 })).toEqual([]);
    // A gap in the beats' path: what could not be beaten does not count.
    await proveBeatPath(db.beats, { gapMs: -1, leaseMs: 60_000 });
    expect(await close()).toEqual([]);
    await db.engine.query(`update beat_path set grace_until = windlass_now() - interval '1 ms'`);
    expect(await close()).toMatchObject([{ id: job.jobId }]);
    expect(await stopping(job.jobId)).toEqual([]);
    expect(await rows('select prefix, due_at > windlass_now() as later from garbage')).toEqual([
      { prefix: `tenants/acme/jobs/${job.jobId}/1/1/`, later: true },
    ]);
  });

  it('a line of the audit log is written with the cancel that asks for one, and only with it', async () => {
    const [id, auditId] = [await insert(), systemRuntime.uuid()];
    await cancelJobsInStore(db.engine, [{ ...CANCEL, id, auditId }]);
    await cancelJobsInStore(db.engine, [{ ...CANCEL, id, auditId: systemRuntime.uuid() }]);
    expect(await rows('select id, tenant_id, actor, action, object, detail from audit_log')).toEqual([
      { id: auditId, tenant_id: 'acme', actor: 'ann', action: 'cancel', object: id, detail: { reason: 'not needed' } },
    ]);
  });
});
