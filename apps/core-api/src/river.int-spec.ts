import { randomUUID } from 'node:crypto';
import {
  type AttemptReport,
  beatWorker,
  beatWorkerReply,
  type ClaimedJob,
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
  type SubmitItem,
} from '@windlass/contracts';
import { ECHO_DECLARATION, waitFor } from '@windlass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beatQueue } from './claim/beat-queue.js';
import { type Cores, openCores } from './cores.fixture.js';

describe('the river through core, on a real PostgreSQL', () => {
  let cores: Cores;
  beforeAll(async () => {
    cores = await openCores({ count: 1 });
  });
  beforeEach(() => cores.messages.splice(0));
  afterAll(() => cores?.close());

  const accepted = async (over: Partial<SubmitItem> = {}) => (await cores.accepted(over))[0] as string;
  /** What is being handed over at this very moment is locked, and passed over by a claim: its message is yet to come. */
  const claimHandedOver = (id: string, type = 'echo') =>
    waitFor(
      async () => {
        const jobs = await cores.claim([id], { type });
        return jobs.length > 0 ? jobs : undefined;
      },
      { what: 'the claim' },
    );
  const claimOne = async (over: Partial<SubmitItem> = {}) => {
    const [job] = await cores.claim([await accepted(over)]);
    if (!job) throw new Error('not claimed');
    return job;
  };
  const report = async (job: ClaimedJob, over: Partial<AttemptReport> = {}) => (await cores.report([job], over))[0];
  const read = (id: string) => cores.gateway.call(readJob, readJobReply, { tenantId: 'acme', id });

  it('a submitted job is dispatched, claimed once, reported once and read back with its payload byte for byte', async () => {
    const payload = '{ "n" : 1, "z":"\\u0000", "a":[ ] }';
    const id = await accepted({ payload });
    await waitFor(() => cores.messages.includes(id), { what: 'the job message' });
    const [job] = await cores.claim([id]);
    expect(job).toMatchObject({ jobId: id, epoch: 1, attempt: 1, payload, tenantId: 'acme', version: 1 });
    expect(await cores.claim([id])).toEqual([]);
    expect(await report(job as ClaimedJob)).toBe('recorded');
    expect(await read(id)).toMatchObject({ state: 'succeeded', attempt: 1, payload, outcome: 'succeeded' });
    expect(await cores.gateway.call(readResult, readResultReply, { tenantId: 'acme', id })).toEqual({
      state: 'succeeded',
      result: '{"ok":true}',
    });
    const events = await cores.gateway.call(readEvents, readEventsReply, { tenantId: 'acme', id });
    expect(events.items.filter((event) => event.terminal)).toHaveLength(1);
  });

  it('a claim repeated with its token returns the same epoch and payload', async () => {
    const id = await accepted();
    const token = randomUUID();
    const first = await cores.claim([id], { token });
    expect(first).toHaveLength(1);
    expect(await cores.claim([id], { token })).toEqual(first);
  });

  it('a claim takes no more than the free slots, and the rest is due again at once', async () => {
    const ids = await Promise.all([accepted(), accepted(), accepted()]);
    await waitFor(() => ids.every((id) => cores.messages.includes(id)), { what: 'the job messages' });
    cores.messages.splice(0);
    const held = await cores.claim(ids, { free: 1 });
    expect(held).toHaveLength(1);
    const rest = ids.filter((id) => id !== held[0]?.jobId);
    await waitFor(() => rest.every((id) => cores.messages.includes(id)), { what: 'the rest to be handed over again' });
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
    const [second] = await cores.claim([first.jobId]);
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
    await cores.announce([{ ...ECHO_DECLARATION, name: 'strict', resultSchema: { type: 'object', required: ['ok'] } }]);
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
      (await cores.gateway.call(readArtifacts, readArtifactsReply, { tenantId: 'acme', id })).items.length;
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
    const { released } = await cores.worker.call(releaseAttempts, releaseAttemptsReply, {
      ...cores.sender,
      items: [job],
    });
    expect(released).toEqual([job.jobId]);
    const [again] = await claimHandedOver(job.jobId);
    expect(again).toMatchObject({ attempt: 1, epoch: 2 });
    expect((await read(job.jobId)).releases).toBe(1);
  });

  it('two schemas for one type and version are refused', async () => {
    const answer = await cores.announce([{ ...ECHO_DECLARATION, payloadSchema: { type: 'string' } }]);
    expect(answer.refused).toMatchObject([{ name: 'echo', version: 1 }]);
  });

  it('a beat extends current attempts, takes their progress and names the others as fenced', async () => {
    const job = await claimOne();
    const stale = { ...job, jobId: randomUUID() };
    const progress = { percent: 40, message: 'meshing' };
    const { fenced } = await cores.worker.call(beatWorker, beatWorkerReply, {
      ...cores.sender,
      attempts: [{ ...job, progress }, stale],
    });
    expect(fenced).toEqual([stale.jobId]);
    expect((await read(job.jobId)).progress).toEqual(progress);
  });

  it('a zombie is told that it is fenced, also when it beats together with the new holder of its job', async () => {
    const old = await claimOne();
    await report(old, { outcome: 'failed' });
    const [now] = await claimHandedOver(old.jobId);
    const beats = beatQueue(cores.db, 20_000);
    const beat = (attempt: ClaimedJob) => beats.add({ worker: 'w', incarnation: randomUUID(), attempts: [attempt] });
    // Added in one turn, so they share a flush.
    expect(await Promise.all([beat(old), beat(now as ClaimedJob)])).toEqual([
      { fenced: [old.jobId], cancelled: [] },
      { fenced: [], cancelled: [] },
    ]);
  });

  it('a wiped broker makes what was out due again as soon as the worker announces', async () => {
    const id = await accepted();
    await waitFor(() => cores.messages.includes(id), { what: 'the job message' });
    cores.hub.wipe();
    cores.messages.splice(0);
    await waitFor(
      () =>
        cores.announce([ECHO_DECLARATION]).then(
          () => true,
          () => false,
        ),
      { what: 'core to serve again' },
    );
    await waitFor(() => cores.messages.includes(id), { what: 'the job to be handed over again' });
  });
});
