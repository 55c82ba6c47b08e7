import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());

async function submit(): Promise<string> {
  const answer = await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
  return ((await answer.json()) as { id: string }).id;
}
async function cancel(id: string, json?: object) {
  const answer = await test.call('POST', `/v1/jobs/${id}/cancel`, json ? { json } : {});
  return { status: answer.status, body: (await answer.json()) as object };
}

it('cancels a waiting job, and tells core who asked and why', async () => {
  const id = await submit();
  const answer = await cancel(id, { reason: 'wrong file' });
  expect(answer).toEqual({ status: 200, body: { id, state: 'cancelled', stopping: false } });
  expect(test.core.asked.at(-1)).toEqual({
    kind: 'cancel.job',
    body: { tenantId: 'acme', id, actor: 'tester', reason: 'wrong file' },
  });
  const job = (await (await test.call('GET', `/v1/jobs/${id}`)).json()) as object;
  expect(job).toMatchObject({ state: 'cancelled', reason: 'wrong file' });
});

it('may be repeated, and needs no body', async () => {
  const id = await submit();
  for (let round = 0; round < 2; round += 1) {
    expect(await cancel(id)).toEqual({ status: 200, body: { id, state: 'cancelled', stopping: false } });
  }
  expect(await cancel(await submit(), { reason: null })).toMatchObject({ status: 200 });
});

it('of a running job says that it is still ending', async () => {
  const id = await submit();
  test.core.job('acme', id).view.state = 'running';
  expect(await cancel(id)).toMatchObject({ status: 200, body: { state: 'cancelled', stopping: true } });
});

it('of a job that has ended otherwise is 409', async () => {
  const id = await submit();
  test.core.finish(id);
  expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'cancel.job-finished' } });
});
