import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
  type AttemptReport,
  announceWorker,
  announceWorkerReply,
  appendLogs,
  appendLogsReply,
  attemptCancelled,
  beatWorker,
  beatWorkerReply,
  type CancelJob,
  type ClaimedJob,
  cancelJob,
  cancelJobReply,
  claimJobs,
  claimJobsReply,
  garbageCollected,
  garbageCollectedReply,
  MAX_LOG_LINES,
  RPC,
  readJob,
  readJobReply,
  releaseAttempts,
  releaseAttemptsReply,
  reportAttempts,
  reportAttemptsReply,
  type SubmitItem,
  submitJobs,
  submitJobsReply,
  TOPIC,
  takeGarbage,
  takeGarbageReply,
} from '@windlass/contracts';
import { attemptKey, attemptPrefix } from '@windlass/files';
import { createLogger, RpcClient, type RunningService } from '@windlass/service-kit';
import { connectDatabase, type Database, migrate } from '@windlass/store';
import { ECHO_DECLARATION, freshDatabase, waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCore } from '../create-core.js';

/** With a character that keys encode. */
const TENANT = 'acme_1';
const STRICT = { ...ECHO_DECLARATION, name: 'strict', resultSchema: { type: 'object', required: ['ok'] } };

describe('cancel and what attempts say afterwards, through core on a real PostgreSQL', () => {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const gateway = new RpcClient(broker, RPC.coreForGateway, { timeoutMs: 5000 });
  const worker = new RpcClient(broker, RPC.coreForWorker, { timeoutMs: 5000 });
  const incarnation = randomUUID();
  const sender = { worker: 'w', incarnation };
  const told: string[] = [];
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
    await worker.call(announceWorker, announceWorkerReply, { ...sender, types: [ECHO_DECLARATION, STRICT] });
    await broker.listen(TOPIC.attemptCancelled, (body) => {
      for (const item of attemptCancelled.decode(body).items)
        told.push([item.incarnation, item.jobId, item.run, item.epoch].join(' '));
    });
  });
  afterAll(async () => {
    await core?.stop();
    await db?.close();
    await broker.close();
    await database?.drop();
  });

  const submit = async (over: Partial<SubmitItem> = {}) => {
    const items = [{ tenantId: TENANT, type: 'echo', payload: '{}', ...over }];
    const [outcome] = (await gateway.call(submitJobs, submitJobsReply, { items })).items;
    if (!outcome || 'problem' in outcome) throw new Error(JSON.stringify(outcome));
    return outcome.id;
  };
  /** What is being handed over at this very moment is locked, and passed over by a claim. */
  const claim = (id: string, type = 'echo') =>
    waitFor(
      async () => {
        const request = { ...sender, machine: 'm', token: randomUUID(), type, versions: [1], ids: [id], free: 1 };
        return (await worker.call(claimJobs, claimJobsReply, request)).jobs[0];
      },
      { what: 'the claim' },
    );
  const run = async (over: Partial<SubmitItem> = {}) => claim(await submit(over), over.type);
  const cancel = (id: string, over: Partial<CancelJob> = {}) =>
    gateway.call(cancelJob, cancelJobReply, { tenantId: TENANT, id, actor: 'ann', ...over });
  const report = async ({ jobId, run: n, epoch, token }: ClaimedJob, over: Partial<AttemptReport> = {}) => {
    const item = { jobId, run: n, epoch, token, outcome: 'succeeded' as const, durationMs: 1, ...over };
    return (await worker.call(reportAttempts, reportAttemptsReply, { ...sender, items: [item] })).items[0]?.status;
  };
  const append = async (job: ClaimedJob, ...seqs: number[]) => {
    const lines = seqs.map((seq) => ({ seq, at: 1, level: 'info' as const, source: 'handler', message: 'm' }));
    return (await worker.call(appendLogs, appendLogsReply, { ...sender, items: [{ ...job, lines }] })).fenced;
  };
  const beat = (job: ClaimedJob) => worker.call(beatWorker, beatWorkerReply, { ...sender, attempts: [job] });
  const read = (id: string, waitMs?: number) =>
    gateway.call(readJob, readJobReply, { tenantId: TENANT, id, ...(waitMs ? { waitMs } : {}) });
  const stored = (job: ClaimedJob, name = 'a.txt') => ({
    name,
    key: attemptKey(TENANT, job.jobId, job.run, job.epoch, name),
    size: 1,
    sha256: 'a'.repeat(64),
    etag: 'e',
    contentType: 'text/plain',
  });
  const prefixOf = (job: ClaimedJob) => attemptPrefix(TENANT, job.jobId, job.run, job.epoch);
  const garbage = async () => (await worker.call(takeGarbage, takeGarbageReply, { limit: 100 })).items;

  it('a waiting job is cancelled at once; cancelling it again answers the same', async () => {
    const id = await submit({ delayMs: 60_000 });
    const waiting = read(id, 20_000);
    const answer = { id, state: 'cancelled', stopping: false };
    expect(await cancel(id, { reason: 'typo' })).toEqual(answer);
    expect(await waiting).toMatchObject({ state: 'cancelled', outcome: 'cancelled', reason: 'typo' });
    expect(await cancel(id)).toEqual(answer);
  });

  it('a finished job, an unknown one and another tenant’s are told apart from it', async () => {
    const job = await run();
    await expect(cancel(job.jobId, { tenantId: 'other' })).rejects.toMatchObject({ code: 'read.job-unknown' });
    await report(job);
    await expect(cancel(job.jobId)).rejects.toMatchObject({ code: 'cancel.job-finished', status: 409 });
    await expect(cancel(randomUUID())).rejects.toMatchObject({ code: 'read.job-unknown' });
  });

  it('twenty cancels of one job at the same moment end it once, and all are told so', async () => {
    const job = await run();
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(job.jobId)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const found = await db.engine.query('select 1 from job_events where job_id = $1 and terminal', [job.jobId]);
    const audited = await db.engine.query('select 1 from audit_log where object = $1', [job.jobId]);
    expect([found.rowCount, audited.rowCount]).toEqual([1, 1]);
  });

  it('the worker of a running job hears it by a broadcast and by its beat; its report frees the key for the next', async () => {
    const concurrency = { key: 'k', limit: 1 };
    const job = await run({ concurrency });
    const next = await submit({ concurrency });
    expect(await cancel(job.jobId)).toEqual({ id: job.jobId, state: 'cancelled', stopping: true });
    await waitFor(() => told.includes(`${incarnation} ${job.jobId} 1 1`), { what: 'the broadcast' });
    expect(await beat(job)).toEqual({ fenced: [], cancelled: [job.jobId] });
    expect(await beat({ ...job, token: randomUUID() })).toEqual({ fenced: [job.jobId], cancelled: [] });
    expect(await append(job, 1)).toEqual([]);
    expect(await read(job.jobId)).toMatchObject({ state: 'cancelled', stopping: true });
    const held = () =>
      db.engine.query('select held from jobs where id = $1', [next]).then((found) => found.rows[0]?.held);
    expect(await held()).toBe(true);

    expect(await report(job, { outcome: 'aborted', artifacts: [stored(job)] })).toBe('fenced');
    expect(await claim(next)).toMatchObject({ jobId: next });
    expect((await read(job.jobId)).stopping).toBeUndefined();
    expect(await beat(job)).toEqual({ fenced: [job.jobId], cancelled: [] });
    expect(await append(job, 2)).toEqual([job.jobId]);
    expect(await report(job, { result: '1' })).toBe('fenced');
    expect(await read(job.jobId)).toMatchObject({ state: 'cancelled', attempt: 1 });
  });

  it('a cancelled claim that is given back before its start is closed', async () => {
    const job = await run();
    await cancel(job.jobId);
    const { released } = await worker.call(releaseAttempts, releaseAttemptsReply, { ...sender, items: [job] });
    expect(released).toEqual([job.jobId]);
    expect((await read(job.jobId)).stopping).toBeUndefined();
  });

  it('a handler’s own cancel is an end like any other', async () => {
    const job = await run();
    const error = { class: 'CancelJob', message: 'the order was withdrawn' };
    expect(await report(job, { outcome: 'cancelled', error })).toBe('recorded');
    expect(await report(job, { outcome: 'cancelled', error })).toBe('repeated');
    const view = await read(job.jobId);
    expect(view).toMatchObject({ state: 'cancelled', outcome: 'cancelled', reason: error.message, buries: 0 });
    expect(view.error).toBeUndefined();
  });

  it('a result that is a file needs no inline one, and must lie under its attempt', async () => {
    const [good, thief] = [await run({ type: 'strict' }), await run({ type: 'strict' })];
    expect(await report(good, { resultFile: stored(good, '.result.json') })).toBe('recorded');
    expect(await read(good.jobId)).toMatchObject({ state: 'succeeded' });
    const found = await db.engine.query('select result, result_file from job_history where id = $1', [good.jobId]);
    expect(found.rows).toEqual([{ result: null, result_file: stored(good, '.result.json') }]);
    expect(await report(thief, { resultFile: stored(good, '.result.json') })).toBe('recorded');
    expect(await read(thief.jobId)).toMatchObject({ state: 'failed', error: { code: 'report.artifact-refused' } });
  });

  it('what unsuccessful, fenced and refused attempts stored is lent to workers once, and never what was promoted', async () => {
    // Those of the tests before: a fenced report's is among them.
    const earlier = await garbage();
    expect(earlier).toHaveLength(1);
    await worker.call(garbageCollected, garbageCollectedReply, {
      ids: [...earlier.map((item) => item.id), randomUUID()],
    });
    const [failed, good, zombie, refused] = [await run(), await run(), await run(), await run({ type: 'strict' })];
    await report(failed, { outcome: 'failed', artifacts: [stored(failed)] });
    await report(good, { artifacts: [stored(good)] });
    expect(await report({ ...good, token: randomUUID() }, { artifacts: [stored(good)] })).toBe('fenced');
    await report(zombie, { outcome: 'failed' });
    const holder = await claim(zombie.jobId);
    expect(await report(zombie, { artifacts: [stored(zombie)] })).toBe('repeated');
    expect(await report({ ...holder, token: randomUUID() }, { artifacts: [stored(holder)] })).toBe('fenced');
    await report(refused, { result: '{}', artifacts: [stored(refused), stored(good)] });
    const items = await garbage();
    expect(items.map((item) => item.prefix).sort()).toEqual([failed, refused].map(prefixOf).sort());
    expect(await garbage()).toEqual([]);
    await worker.call(garbageCollected, garbageCollectedReply, { ids: items.map((item) => item.id) });
    expect((await db.engine.query('select 1 from garbage')).rowCount).toBe(0);
  });

  it('an attempt has a bounded number of log lines', async () => {
    const job = await run();
    expect(await append(job, MAX_LOG_LINES + 1)).toEqual([]);
    await expect(append(job, MAX_LOG_LINES + 2)).rejects.toMatchObject({ code: 'broker.unreadable' });
  });
});
