import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { dispatchJobs, probeBeats, probeBeatsReply, RPC } from '@windlass/contracts';
import { createLogger, type RunningService } from '@windlass/service-kit';
import {
  cancelJobsInStore,
  claimJobsInStore,
  connectDatabase,
  type Database,
  extendLeases,
  extendStopping,
  insertJobs,
  type JobExtras,
  type JobTemplate,
  type LeaderTerm,
  migrate,
  proveBeatPath,
  retryAttempts,
  takeLeadership,
} from '@windlass/store';
import { ECHO_TEMPLATE, freshDatabase, waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createScheduler } from './create-scheduler.js';

const LEASE_MS = 1_500;
const TTL_MS = 1_500;
const KEPT_DAYS = { retentionShortDays: 7, retentionStandardDays: 30, retentionLongDays: 365 };
const TEMPLATE: JobTemplate = ECHO_TEMPLATE;

describe('the clockwork, on a real PostgreSQL', () => {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const logger = createLogger({ service: 'scheduler', level: 'error', format: 'json', machine: 'test' });
  const handedOver = new Set<string>();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  const schedulers = new Map<string, RunningService>();
  /** Stands for core's probe: what a beat would go through. */
  let probing = true;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    await hub.connect().serve(RPC.coreForScheduler, { concurrency: 8 }, async (body) => {
      probeBeats.decode(body);
      if (!probing) throw new Error('the path is cut: the request is left to time out');
      await proveBeatPath(db.beats, { gapMs: LEASE_MS / 4, leaseMs: LEASE_MS });
      return probeBeatsReply.encode({});
    });
    await broker.declareQueue('echo');
    await broker.consume('echo', { prefetch: 1000 }, (delivery) => {
      for (const id of dispatchJobs.decode(delivery.body).ids) handedOver.add(id);
      delivery.ack();
    });
    for (const machine of ['a', 'b']) schedulers.set(machine, await start(machine));
  });
  // An unclaimed job would fill the window of a lane that no worker serves.
  afterEach(() => db.engine.query('delete from jobs'));
  afterAll(async () => {
    for (const scheduler of schedulers.values()) await scheduler.stop();
    await db?.close();
    await database?.drop();
  });

  const start = (machine: string) =>
    createScheduler(
      { leaseMs: LEASE_MS, leaderTtlMs: TTL_MS, healthPort: 0, healthHost: '127.0.0.1', machine, ...KEPT_DAYS },
      { db, broker: hub.connect(), runtime: systemRuntime, logger },
    );
  const insert = async (template = TEMPLATE, extras: JobExtras = {}) => {
    const id = systemRuntime.uuid();
    await insertJobs(db.engine, [{ id, template, payload: '{}', dispatched: false, extras }], {
      repeated: false,
      markMs: 60_000,
    });
    return id;
  };
  const claim = async (id: string) => {
    const token = randomUUID();
    const request = { worker: 'w', incarnation: randomUUID(), token, type: 'echo', versions: [1], ids: [id], free: 1 };
    const [job] = (await claimJobsInStore(db.engine, [request], LEASE_MS)).get(token) ?? [];
    if (!job) throw new Error('not claimed');
    return job;
  };
  const row = async (id: string) => {
    const found = await db.engine.query({
      name: 'row',
      text: 'select state, attempt, epoch from jobs where id = $1',
      values: [id],
    });
    return found.rows[0] as { state: string; attempt: number; epoch: number };
  };
  const leader = async () => {
    const found = await db.engine.query({
      name: 'leader',
      text: 'select holder, term::int as term, expires_at > windlass_now() as live from leaders',
      values: [],
    });
    return found.rows[0] as { holder: string; term: number; live: boolean } | undefined;
  };

  it('what nobody handed over is handed over', async () => {
    const id = await insert();
    await waitFor(() => handedOver.has(id), { what: 'the job message' });
  });

  it('a worker that stops beating loses its lease, and the job is handed over again', async () => {
    const job = await claim(await insert());
    await waitFor(async () => (await row(job.jobId)).state === 'queued' && handedOver.has(job.jobId), {
      what: 'the rescue',
      timeoutMs: 15_000,
    });
    expect(await row(job.jobId)).toMatchObject({ attempt: 1, epoch: 1 });
    const again = await claim(job.jobId);
    expect(again).toMatchObject({ attempt: 2, epoch: 2 });
    // The zombie is fenced: its beat moves nothing.
    expect(await extendLeases(db.beats, [job], LEASE_MS)).toEqual(new Map());
  });

  it('a cancelled attempt whose worker stops beating is closed, and its concurrency key goes to the next job', async () => {
    const extras = { concurrency: { key: 'k', limit: 1 } };
    const first = await insert(TEMPLATE, extras);
    const job = await waitFor(() => claim(first).catch(() => undefined), { what: 'the admission' });
    const next = await insert(TEMPLATE, extras);
    await cancelJobsInStore(db.engine, [{ tenantId: 'acme', id: first, actor: 'ann' }]);
    await waitFor(() => handedOver.has(next), { what: 'the next job', timeoutMs: 15_000 });
    expect(await extendStopping(db.beats, [job], LEASE_MS)).toEqual([]);
  });

  it('an outage of the beats’ path for three leases reruns nothing; a real death after it is still rescued', async () => {
    const job = await claim(await insert());
    probing = false;
    const until = performance.now() + 3 * LEASE_MS;
    await waitFor(() => performance.now() > until, { what: 'three leases', timeoutMs: 10_000 });
    probing = true;
    // The first beat after the outage: the attempt is still the worker's.
    expect(await extendLeases(db.beats, [job], LEASE_MS)).toEqual(new Map([[job.jobId, job.epoch]]));
    expect(await row(job.jobId)).toMatchObject({ state: 'running', attempt: 1 });
    await waitFor(async () => (await row(job.jobId)).state === 'queued', {
      what: 'the rescue after the grace',
      timeoutMs: 15_000,
    });
  });

  it('a row that the database refuses keeps no other lost attempt from its end', async () => {
    const last = { ...TEMPLATE, maxAttempts: 1 };
    const [bad, good] = [await claim(await insert(last)), await claim(await insert(last))];
    const text = `insert into job_history (id, tenant_id, type, type_version, queue, state, priority, run, epoch, attempt, max_attempts, releases, timeouts,
        payload, tags, retention, soft_ms, hard_ms, backoff, retry_timeout, created_at, finished_at, outcome)
      select id, tenant_id, type, type_version, queue, 'failed', priority, run, epoch, attempt, max_attempts, releases, timeouts,
        payload, tags, retention, soft_ms, hard_ms, backoff, retry_timeout, created_at, windlass_now(), 'lost' from jobs where id = $1`;
    await db.engine.query({ name: 'spoil', text, values: [bad.jobId] });
    await waitFor(async () => (await row(good.jobId)) === undefined, {
      what: 'the rescue of the other',
      timeoutMs: 15_000,
    });
    expect(await row(bad.jobId)).toMatchObject({ state: 'running' });
  });

  it('one leads; when it stops the other follows at once with a higher term, and the old term can write nothing', async () => {
    const before = await waitFor(leader, { what: 'a leader' });
    const old: LeaderTerm = { name: 'scheduler', holder: before.holder, term: before.term };
    const machine = before.holder.split('-')[0] as string;
    await schedulers.get(machine)?.stop();
    schedulers.delete(machine);
    const after = await waitFor(
      async () => {
        const now = await leader();
        return now?.live && now.term > before.term ? now : undefined;
      },
      { what: 'the fail-over', timeoutMs: TTL_MS + 2_000 },
    );
    expect(after.holder).not.toBe(before.holder);
    const job = await claim(await insert());
    await waitFor(
      async () => {
        const found = await db.engine.query({
          name: 'dead',
          text: 'select 1 from jobs where id = $1 and lease_until < windlass_now()',
          values: [job.jobId],
        });
        return found.rowCount === 1 || (await row(job.jobId)).state === 'queued';
      },
      { what: 'the lease to end', timeoutMs: 10_000 },
    );
    expect(await retryAttempts(db.engine, [{ ...job, outcome: 'lost', delayMs: 0 }], { ...old, litterMs: 0 })).toEqual(
      [],
    );
    expect(await takeLeadership(db.beats, 'scheduler', old.holder, TTL_MS)).toBeUndefined();
  });
});
