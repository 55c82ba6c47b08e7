import {
  listJobs,
  listJobsReply,
  readJob,
  readJobReply,
  readResult,
  readResultReply,
  type SubmitItem,
  type TypeDeclaration,
} from '@windlass/contracts';
import { ECHO_DECLARATION } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cores, openCores } from './cores.fixture.js';

const TYPE: TypeDeclaration = {
  ...ECHO_DECLARATION,
  payloadSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
};

describe('what a gateway submits to core and reads there, on a real PostgreSQL', () => {
  let cores: Cores;
  beforeAll(async () => {
    cores = await openCores({ count: 1, type: TYPE });
  });
  afterAll(() => cores?.close());

  const accepted = async (over: Partial<SubmitItem> = {}) => (await cores.accepted(over))[0] as string;
  const read = (id: string, tenantId = 'acme', waitMs?: number) =>
    cores.gateway.call(readJob, readJobReply, { tenantId, id, ...(waitMs ? { waitMs } : {}) });

  it('the same key makes one job; a request whose twin is under way hears its answer; another body is refused', async () => {
    const keyed = { idempotencyKey: 'k1', fingerprint: 'f1' };
    const [first, twin] = await cores.submit(keyed, keyed);
    expect(first).toMatchObject({ created: true, state: 'queued' });
    expect(twin).toEqual({ ...first, created: false });
    const [again] = await cores.submit(keyed);
    expect(again).toEqual({ ...first, created: false });
    const [other] = await cores.submit({ idempotencyKey: 'k1', fingerprint: 'f2' });
    expect(other).toMatchObject({ problem: { code: 'submit.key-reused', status: 422 } });
    const [foreign] = await cores.submit({ tenantId: 'other', idempotencyKey: 'k1', fingerprint: 'f1' });
    expect(foreign).toMatchObject({ created: true });
  });

  it('an unknown type lists the known ones, a bad payload names its field, and neither leaves anything', async () => {
    const before = await cores.gateway.call(listJobs, listJobsReply, { tenantId: 'acme', limit: 100 });
    const [unknown, bad] = await cores.submit({ type: 'nope' }, { payload: '{"n":"x"}' });
    expect(unknown).toMatchObject({
      problem: { code: 'submit.type-unknown', detail: expect.stringContaining('echo') },
    });
    expect(bad).toMatchObject({ problem: { code: 'submit.payload-invalid', errors: [{ path: '/payload/n' }] } });
    const after = await cores.gateway.call(listJobs, listJobsReply, { tenantId: 'acme', limit: 100 });
    expect(after.items).toHaveLength(before.items.length);
  });

  it('another tenant sees nothing: job, list, result', async () => {
    const id = await accepted();
    await expect(read(id, 'other')).rejects.toMatchObject({ code: 'read.job-unknown' });
    await expect(cores.gateway.call(readResult, readResultReply, { tenantId: 'other', id })).rejects.toMatchObject({
      code: 'read.job-unknown',
    });
    const list = await cores.gateway.call(listJobs, listJobsReply, { tenantId: 'nobody', limit: 10 });
    expect(list.items).toEqual([]);
  });

  it('the list pages through hot and finished jobs without gap or double', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1)
      ids.push(await accepted({ tenantId: 'pager', tags: n % 2 ? ['odd', 'a"b\\c'] : [] }));
    expect(await cores.report(await cores.claim([ids[3] as string]))).toEqual(['recorded']);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await cores.gateway.call(listJobs, listJobsReply, {
        tenantId: 'pager',
        limit: 3,
        ...(before ? { before } : {}),
      });
      seen.push(...page.items.map((job) => job.id));
      before = page.next;
    } while (before);
    expect(seen).toEqual([...ids].reverse());
    const tagged = await cores.gateway.call(listJobs, listJobsReply, { tenantId: 'pager', limit: 10, tag: 'a"b\\c' });
    expect(tagged.items).toHaveLength(3);
    const finished = await cores.gateway.call(listJobs, listJobsReply, {
      tenantId: 'pager',
      limit: 10,
      state: 'succeeded',
    });
    expect(finished.items.map((job) => job.id)).toEqual([ids[3]]);
  });

  it('a wait ends with the job, not with its time', async () => {
    const jobs = await cores.claim([await accepted()]);
    const waiting = read(jobs[0]?.jobId ?? '', 'acme', 20_000);
    expect(await cores.report(jobs)).toEqual(['recorded']);
    expect((await waiting).state).toBe('succeeded');
  });
});
