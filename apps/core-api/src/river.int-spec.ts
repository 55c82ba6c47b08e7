import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
  type AttemptReport,
  announceWorker,
  announceWorkerReply,
  beatWorker,
  beatWorkerReply,
  type ClaimedJob,
  claimJobs,
  claimJobsReply,
  dispatchJobs,
  listJobs,
  listJobsReply,
  RPC,
  readArtifacts,
  readArtifactsReply,
  readEvents,
  readEventsReply,
  readJob,
  readJobReply,
  readResult,
  readResultReply,
  releaseAttempts,
  releaseAttemptsReply,
  reportAttempts,
  reportAttemptsReply,
  type SubmitItem,
  submitJobs,
  submitJobsReply,
  type TypeDeclaration,
} from '@windlass/contracts';
import { createLogger, RpcClient, type RunningService } from '@windlass/service-kit';
import { connectDatabase, type Database, migrate } from '@windlass/store';
import { ECHO_DECLARATION, freshDatabase, waitFor } from '@windlass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beatQueue } from './claim/beat-queue.js';
import { createCore } from './create-core.js';

const TYPE: TypeDeclaration = {
  ...ECHO_DECLARATION,
  payloadSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
};

describe('the river through core, on a real PostgreSQL', () => {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const gateway = new RpcClient(broker, RPC.coreForGateway, { timeoutMs: 5000 });
  const worker = new RpcClient(broker, RPC.coreForWorker, { timeoutMs: 5000 });
  const incarnation = randomUUID();
  const messages: string[][] = [];
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
    await announce([TYPE]);
    await worker.call(beatWorker, beatWorkerReply, {
      worker: 'w',
      incarnation,
      attempts: [],
      presence: {
        host: 'h',
        pid: 1,
        version: '1',
        draining: false,
        types: [{ type: 'echo', version: 1, slots: 8, busy: 0 }],
      },
    });
    await broker.consume('echo', { prefetch: 1000 }, (delivery) => {
      messages.push(dispatchJobs.decode(delivery.body).ids);
      delivery.ack();
    });
  });
  beforeEach(() => messages.splice(0));
  afterAll(async () => {
    await core?.stop();
    await db?.close();
    await broker.close();
    await database?.drop();
  });

  const announce = (types: TypeDeclaration[]) =>
    worker.call(announceWorker, announceWorkerReply, { worker: 'w', incarnation, types });
  const item = (over: Partial<SubmitItem> = {}): SubmitItem => ({
    tenantId: 'acme',
    type: 'echo',
    payload: '{"n":1}',
    ...over,
  });
  const submit = async (...items: SubmitItem[]) => (await gateway.call(submitJobs, submitJobsReply, { items })).items;
  const accepted = async (over: Partial<SubmitItem> = {}) => {
    const [outcome] = await submit(item(over));
    if (!outcome || 'problem' in outcome) throw new Error(JSON.stringify(outcome));
    return outcome.id;
  };
  const claim = async (ids: string[], free = 10, token: string = randomUUID()) =>
    (
      await worker.call(claimJobs, claimJobsReply, {
        worker: 'w',
        incarnation,
        token,
        type: 'echo',
        versions: [1],
        ids,
        free,
      })
    ).jobs;
  /** What is being handed over at this very moment is locked, and passed over by a claim: its message is yet to come. */
  const claimHandedOver = (id: string, type = 'echo') =>
    waitFor(
      async () => {
        const request = { worker: 'w', incarnation, token: randomUUID(), type, versions: [1], ids: [id], free: 1 };
        const { jobs } = await worker.call(claimJobs, claimJobsReply, request);
        return jobs.length > 0 ? jobs : undefined;
      },
      { what: 'the claim' },
    );
  const report = async (job: ClaimedJob, over: Partial<AttemptReport> = {}) => {
    const { jobId, run, epoch, token } = job;
    const items: AttemptReport[] = [
      { jobId, run, epoch, token, outcome: 'succeeded', result: '{"ok":true}', durationMs: 1, ...over },
    ];
    return (await worker.call(reportAttempts, reportAttemptsReply, { worker: 'w', incarnation, items })).items[0]
      ?.status;
  };
  const read = (id: string, tenantId = 'acme', waitMs?: number) =>
    gateway.call(readJob, readJobReply, { tenantId, id, ...(waitMs ? { waitMs } : {}) });
  const claimOne = async (over: Partial<SubmitItem> = {}) => {
    const id = await accepted(over);
    const [job] = await claim([id]);
    if (!job) throw new Error('not claimed');
    return job;
  };

  it('a submitted job is dispatched, claimed once, reported once and read back with its payload byte for byte', async () => {
    const payload = '{ "n" : 1, "z":"\\u0000", "a":[ ] }';
    const id = await accepted({ payload });
    await waitFor(() => messages.flat().includes(id), { what: 'the job message' });
    const [job] = await claim([id]);
    expect(job).toMatchObject({ jobId: id, epoch: 1, attempt: 1, payload, tenantId: 'acme', version: 1 });
    expect(await claim([id])).toEqual([]);
    expect(await report(job as ClaimedJob)).toBe('recorded');
    expect(await read(id)).toMatchObject({ state: 'succeeded', attempt: 1, payload, outcome: 'succeeded' });
    expect(await gateway.call(readResult, readResultReply, { tenantId: 'acme', id })).toEqual({
      state: 'succeeded',
      result: '{"ok":true}',
    });
    const events = await gateway.call(readEvents, readEventsReply, { tenantId: 'acme', id });
    expect(events.items.filter((event) => event.terminal)).toHaveLength(1);
  });

  it('a claim repeated with its token returns the same epoch and payload', async () => {
    const id = await accepted();
    const token = randomUUID();
    const first = await claim([id], 1, token);
    expect(first).toHaveLength(1);
    expect(await claim([id], 1, token)).toEqual(first);
  });

  it('a claim takes no more than the free slots, and the rest is due again at once', async () => {
    const ids = await Promise.all([accepted(), accepted(), accepted()]);
    await waitFor(() => ids.every((id) => messages.flat().includes(id)), { what: 'the job messages' });
    messages.splice(0);
    const held = await claim(ids, 1);
    expect(held).toHaveLength(1);
    const rest = ids.filter((id) => id !== held[0]?.jobId);
    await waitFor(() => rest.every((id) => messages.flat().includes(id)), { what: 'the rest to be handed over again' });
  });

  it('a repeated report is told so, a stale epoch is fenced and changes nothing', async () => {
    const job = await claimOne();
    expect(await report({ ...job, epoch: job.epoch + 1 })).toBe('fenced');
    expect(await report({ ...job, token: randomUUID() })).toBe('fenced');
    expect((await read(job.jobId)).state).toBe('running');
    expect(await report(job)).toBe('recorded');
    expect(await report(job)).toBe('repeated');
    expect(await report({ ...job, epoch: job.epoch + 1 }, { outcome: 'failed' })).toBe('fenced');
  });

  it('a failure is retried until the attempts are used up, each attempt with a higher epoch', async () => {
    const first = await claimOne();
    const error = { class: 'Error', message: 'hostile \u0000 \ud800 bytes' };
    expect(await report(first, { outcome: 'failed', error })).toBe('recorded');
    expect(await report(first, { outcome: 'failed', error })).toBe('repeated');
    const [second] = await claim([first.jobId]);
    expect(second).toMatchObject({ epoch: 2, attempt: 2 });
    expect(await report(second as ClaimedJob, { outcome: 'failed', error })).toBe('recorded');
    const job = await read(first.jobId);
    expect(job).toMatchObject({ state: 'failed', attempt: 2 });
    expect(job.error?.message).toBe('hostile \ufffd \ufffd bytes');
  });

  it('a kill at the hard limit fails the job for good, and counts', async () => {
    const job = await claimOne();
    expect(await report(job, { outcome: 'timed-out', error: { class: 'TimedOut', message: 'm' } })).toBe('recorded');
    expect(await read(job.jobId)).toMatchObject({ state: 'failed', outcome: 'timed-out', timeouts: 1 });
  });

  it('a result that breaks the schema fails the attempt', async () => {
    await announce([{ ...TYPE, name: 'strict', resultSchema: { type: 'object', required: ['ok'] } }]);
    const id = await accepted({ type: 'strict' });
    const [job] = await claimHandedOver(id, 'strict');
    expect(await report(job as ClaimedJob, { result: '{"no":1}' })).toBe('recorded');
    expect(await read(id)).toMatchObject({ state: 'failed', error: { class: 'ResultInvalid' } });
  });

  it('an artifact counts when its attempt succeeds and wrote it; a key from elsewhere or a failure promotes nothing', async () => {
    const artifact = (key: string) => ({
      name: 'a.txt',
      key,
      size: 1,
      sha256: 'a'.repeat(64),
      etag: 'e',
      contentType: 'text/plain',
    });
    const own = (job: ClaimedJob) => artifact(`tenants/acme/jobs/${job.jobId}/1/${job.epoch}/a.txt`);
    const promoted = async (id: string) =>
      (await gateway.call(readArtifacts, readArtifactsReply, { tenantId: 'acme', id })).items.length;
    const good = await claimOne();
    await report(good, { artifacts: [own(good)] });
    expect(await promoted(good.jobId)).toBe(1);
    const thief = await claimOne();
    await report(thief, { artifacts: [own(good)] });
    expect(await read(thief.jobId)).toMatchObject({ state: 'failed', error: { code: 'report.artifact-refused' } });
    expect(await promoted(thief.jobId)).toBe(0);
    const failed = await claimOne({ maxAttempts: 1 });
    await report(failed, { outcome: 'failed', error: { class: 'Error', message: 'm' }, artifacts: [own(failed)] });
    expect(await promoted(failed.jobId)).toBe(0);
  });

  it('a release gives the attempt back uncounted', async () => {
    const job = await claimOne();
    const { released } = await worker.call(releaseAttempts, releaseAttemptsReply, {
      worker: 'w',
      incarnation,
      items: [job],
    });
    expect(released).toEqual([job.jobId]);
    const [again] = await claimHandedOver(job.jobId);
    expect(again).toMatchObject({ attempt: 1, epoch: 2 });
    expect((await read(job.jobId)).releases).toBe(1);
  });

  it('the same key makes one job; a request whose twin is under way hears its answer; another body is refused', async () => {
    const keyed = item({ idempotencyKey: 'k1', fingerprint: 'f1' });
    const [first, twin] = await submit(keyed, keyed);
    expect(first).toMatchObject({ created: true, state: 'queued' });
    expect(twin).toEqual({ ...first, created: false });
    const [again] = await submit(keyed);
    expect(again).toEqual({ ...first, created: false });
    const [other] = await submit(item({ idempotencyKey: 'k1', fingerprint: 'f2' }));
    expect(other).toMatchObject({ problem: { code: 'submit.key-reused', status: 422 } });
    const [foreign] = await submit(item({ tenantId: 'other', idempotencyKey: 'k1', fingerprint: 'f1' }));
    expect(foreign).toMatchObject({ created: true });
  });

  it('an unknown type lists the known ones, a bad payload names its field, and neither leaves anything', async () => {
    const before = await gateway.call(listJobs, listJobsReply, { tenantId: 'acme', limit: 100 });
    const [unknown, bad] = await submit(item({ type: 'nope' }), item({ payload: '{"n":"x"}' }));
    expect(unknown).toMatchObject({
      problem: { code: 'submit.type-unknown', detail: expect.stringContaining('echo') },
    });
    expect(bad).toMatchObject({ problem: { code: 'submit.payload-invalid', errors: [{ path: '/payload/n' }] } });
    const after = await gateway.call(listJobs, listJobsReply, { tenantId: 'acme', limit: 100 });
    expect(after.items).toHaveLength(before.items.length);
  });

  it('two schemas for one type and version are refused', async () => {
    const answer = await announce([{ ...TYPE, payloadSchema: { type: 'string' } }]);
    expect(answer.refused).toMatchObject([{ name: 'echo', version: 1 }]);
  });

  it('another tenant sees nothing: job, list, result', async () => {
    const id = await accepted();
    await expect(read(id, 'other')).rejects.toMatchObject({ code: 'read.job-unknown' });
    await expect(gateway.call(readResult, readResultReply, { tenantId: 'other', id })).rejects.toMatchObject({
      code: 'read.job-unknown',
    });
    const list = await gateway.call(listJobs, listJobsReply, { tenantId: 'nobody', limit: 10 });
    expect(list.items).toEqual([]);
  });

  it('the list pages through hot and finished jobs without gap or double', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1)
      ids.push(await accepted({ tenantId: 'pager', tags: n % 2 ? ['odd', 'a"b\\c'] : [] }));
    const [done] = await claim([ids[3] as string]);
    await report(done as ClaimedJob);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await gateway.call(listJobs, listJobsReply, {
        tenantId: 'pager',
        limit: 3,
        ...(before ? { before } : {}),
      });
      seen.push(...page.items.map((job) => job.id));
      before = page.next;
    } while (before);
    expect(seen).toEqual([...ids].reverse());
    const tagged = await gateway.call(listJobs, listJobsReply, { tenantId: 'pager', limit: 10, tag: 'a"b\\c' });
    expect(tagged.items).toHaveLength(3);
    const finished = await gateway.call(listJobs, listJobsReply, { tenantId: 'pager', limit: 10, state: 'succeeded' });
    expect(finished.items.map((job) => job.id)).toEqual([ids[3]]);
  });

  it('a wait ends with the job, not with its time', async () => {
    const job = await claimOne();
    const waiting = read(job.jobId, 'acme', 20_000);
    await report(job);
    expect((await waiting).state).toBe('succeeded');
  });

  it('a beat extends current attempts, takes their progress and names the others as fenced', async () => {
    const job = await claimOne();
    const stale = { ...job, jobId: randomUUID() };
    const progress = { percent: 40, message: 'meshing' };
    const { fenced } = await worker.call(beatWorker, beatWorkerReply, {
      worker: 'w',
      incarnation,
      attempts: [{ ...job, progress }, stale],
    });
    expect(fenced).toEqual([stale.jobId]);
    expect((await read(job.jobId)).progress).toEqual(progress);
  });

  it('a zombie is told that it is fenced, also when it beats together with the new holder of its job', async () => {
    const old = await claimOne();
    await report(old, { outcome: 'failed' });
    const [now] = await claimHandedOver(old.jobId);
    const beats = beatQueue(db, 20_000);
    const beat = (attempt: ClaimedJob) => beats.add({ worker: 'w', incarnation: randomUUID(), attempts: [attempt] });
    // Added in one turn, so they share a flush.
    expect(await Promise.all([beat(old), beat(now as ClaimedJob)])).toEqual([
      { fenced: [old.jobId], cancelled: [] },
      { fenced: [], cancelled: [] },
    ]);
  });

  it('a wiped broker makes what was out due again as soon as the worker announces', async () => {
    const id = await accepted();
    await waitFor(() => messages.flat().includes(id), { what: 'the job message' });
    hub.wipe();
    messages.splice(0);
    await waitFor(
      () =>
        announce([TYPE]).then(
          () => true,
          () => false,
        ),
      { what: 'core to serve again' },
    );
    await waitFor(() => messages.flat().includes(id), { what: 'the job to be handed over again' });
  });
});
