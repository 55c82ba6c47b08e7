import { MAX_ACTION_JOBS } from '@windlass/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());

async function call(method: string, path: string, json?: object) {
  const answer = await test.call(method, path, json ? { json } : {});
  return { status: answer.status, location: answer.headers.get('location'), body: (await answer.json()) as object };
}
async function submit(): Promise<string> {
  return ((await call('POST', '/v1/jobs', { type: 'hash', payload: 1 })).body as { id: string }).id;
}

describe('a replay', () => {
  it('runs a finished job again, as its next run', async () => {
    const id = await submit();
    expect(await call('POST', `/v1/jobs/${id}/replay`)).toMatchObject({
      status: 409,
      body: { code: 'replay.job-unfinished' },
    });
    test.core.finish(id, 'failed');
    expect(await call('POST', `/v1/jobs/${id}/replay`, {})).toMatchObject({
      status: 202,
      body: { id, run: 2, state: 'queued' },
    });
    expect(test.core.asked.at(-1)).toEqual({ kind: 'replay.job', body: { tenantId: 'acme', id, actor: 'tester' } });
  });
});

describe('a bulk action', () => {
  it('is begun, read, listed and stopped', async () => {
    const filter = { state: 'failed', type: 'hash', queue: 'express', tag: 'a', outcome: 'timed-out' };
    const times = { createdAfter: '2026-01-01T00:00:00+01:00', createdBefore: '2026-02-01T00:00:00Z' };
    const begun = await call('POST', '/v1/jobs/actions', {
      action: 'replay',
      filter: { ...filter, ...times },
      maxJobs: 7,
    });
    const { id } = begun.body as { id: string };
    const action = {
      id,
      action: 'replay',
      filter: { ...filter, createdAfter: '2025-12-31T23:00:00.000Z', createdBefore: '2026-02-01T00:00:00.000Z' },
      state: 'running',
      maxJobs: 7,
      matched: 0,
      changed: 0,
      actor: 'tester',
      createdAt: expect.stringMatching(/Z$/),
    };
    expect(begun).toMatchObject({ status: 202, location: `/v1/jobs/actions/${id}`, body: action });
    expect(await call('GET', `/v1/jobs/actions/${id}`)).toMatchObject({ status: 200, body: action });
    expect(await call('GET', '/v1/jobs/actions')).toMatchObject({ status: 200, body: { items: [action] } });
    const stopped = { ...action, state: 'stopped', finishedAt: expect.stringMatching(/Z$/) };
    for (let round = 0; round < 2; round += 1) {
      expect(await call('DELETE', `/v1/jobs/actions/${id}`)).toMatchObject({ status: 200, body: stopped });
    }
  });

  it.each([
    ['purge', { state: 'failed' }],
    ['cancel', { state: 'queued' }],
    ['cancel', { tag: 'nightly' }],
    ['replay', { outcome: 'lost' }],
    ['replay', { type: 'hash', state: null }],
  ])('%s takes %j, and bounds itself', async (action, filter) => {
    const { status } = await call('POST', '/v1/jobs/actions', { action, filter });
    expect(status).toBe(202);
    const asked = test.core.asked.at(-1)?.body as { maxJobs: number; filter: object };
    expect(asked.maxJobs).toBe(MAX_ACTION_JOBS);
    expect(Object.values(asked.filter)).not.toContain(null);
  });
});
