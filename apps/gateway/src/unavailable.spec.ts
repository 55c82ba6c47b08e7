import { listJobs, listJobsReply, readJob, readJobReply } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from './testing/start-gateway.fixture.js';

let test: TestGateway;
afterEach(() => test.stop());
const id = '0192a0b0-0000-7000-8000-000000000000';
const calls: [string, string, object | undefined][] = [
  ['POST', '/v1/jobs', { type: 'hash', payload: 1 }],
  ['GET', '/v1/jobs', undefined],
  ['GET', `/v1/jobs/${id}?wait=30s`, undefined],
  ['GET', '/v1/job-types', undefined],
];

async function expectUnavailable(method: string, path: string, json: object | undefined): Promise<string> {
  const before = performance.now();
  const answer = await test.call(method, path, json ? { json } : {});
  const elapsedMs = performance.now() - before;
  const problem = (await answer.json()) as { code: string };
  expect({ status: answer.status, ...problem }).toMatchObject({ status: 503 });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(elapsedMs).toBeLessThan(2_000);
  return problem.code;
}
const ready = async () => (await test.call('GET', '/health/ready', { token: null })).status;

describe('while the broker is away', () => {
  beforeEach(async () => {
    test = await startGateway();
    test.hub.setState('down');
  });

  it('every call is answered 503 with Retry-After within 2 s, ready turns false, and all recovers by itself', async () => {
    for (const [method, path, json] of calls) {
      expect(await expectUnavailable(method, path, json)).toBe(
        method === 'POST' ? 'submit.not-accepted' : 'broker.unavailable',
      );
    }
    await expect.poll(ready, { timeout: 5_000 }).toBe(503);
    expect((await test.call('GET', '/health/live', { token: null })).status).toBe(200);
    test.hub.setState('up');
    await expect.poll(ready, { timeout: 5_000 }).toBe(200);
    expect((await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } })).status).toBe(202);
  });
});

describe('while core is away', () => {
  it('every call is answered 503 with Retry-After within 2 s, and ready is false', async () => {
    test = await startGateway({ withCore: false });
    for (const [method, path, json] of calls) await expectUnavailable(method, path, json);
    expect(await ready()).toBe(503);
  });
});

describe('when core has not answered for a while', () => {
  const warned = () => test.log.filter((line) => line.includes('calls are refused until it does')).length;

  it('late reads refuse reads only: submissions are still tried', async () => {
    test = await startGateway({ env: { RPC_TIMEOUT_MS: '300' } });
    let answer = () => {};
    const late = new Promise<void>((resolve) => {
      answer = resolve;
    });
    test.core.on(listJobs, listJobsReply, () => late.then(() => ({ items: [] })));
    await Promise.all(Array.from({ length: 5 }, () => test.call('GET', '/v1/jobs')));
    const list = await test.call('GET', '/v1/jobs');
    expect(await list.json()).toMatchObject({ code: 'broker.circuit-open' });
    const submit = (token?: string) =>
      test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 }, ...(token ? { token } : {}) });
    expect((await submit()).status).toBe(202);
    // Nor are the keys of those who submit looked up on the way that is closed.
    expect((await submit(`wlk_${'a'.repeat(43)}`)).status).toBe(401);
    answer();
  });

  it('calls are refused at once, submissions as not accepted, until it answers again', async () => {
    test = await startGateway({ withCore: false, env: { RPC_TIMEOUT_MS: '300' } });
    const list = async () => ((await (await test.call('GET', '/v1/jobs')).json()) as { code?: string }).code;
    for (let n = 0; n < 5; n += 1) expect(await list()).toBe('broker.unavailable');
    expect(await list()).toBe('broker.circuit-open');
    const submit = () => test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
    for (let n = 0; n < 5; n += 1) expect((await submit()).status).toBe(503);
    const refused = await submit();
    expect({ status: refused.status, body: await refused.json() }).toMatchObject({
      status: 503,
      body: { code: 'submit.not-accepted' },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const wait = await test.call('GET', `/v1/jobs/${id}?wait=30s`);
    expect(wait.status).toBe(503);
    expect((await test.call('GET', '/health/live', { token: null })).status).toBe(200);
    expect(warned()).toBe(2);

    const broker = test.hub.connect();
    await test.core.serve(broker);
    // Nobody else asks: the long poll itself has to find out that core is back.
    await expect
      .poll(async () => (await test.call('GET', `/v1/jobs/${id}?wait=1s`)).status, { timeout: 5_000 })
      .toBe(404);
    await expect.poll(async () => (await submit()).status, { timeout: 10_000 }).toBe(202);
    await broker.close();
  });
});

describe('while the database is away', () => {
  it("core's 503 is passed on, and ready is false", async () => {
    test = await startGateway();
    test.core.on(readJob, readJobReply, () => {
      throw fault('store.unavailable', { retryAfterMs: 2_500 });
    });
    const answer = await test.call('GET', `/v1/jobs/${id}`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(await ready()).toBe(503);
  });
});

describe('stopping', () => {
  it('a long poll is answered with the state as it is, and open connections do not hold the end', async () => {
    test = await startGateway();
    const submitted = (await (await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } })).json()) as {
      id: string;
    };
    const { view } = test.core.job('acme', submitted.id);
    let waiting = false;
    test.core.on(readJob, readJobReply, ({ waitMs }) => {
      if (waitMs === undefined) return view;
      waiting = true;
      return new Promise(() => undefined);
    });
    const polled = test.call('GET', `/v1/jobs/${submitted.id}?wait=60s`);
    await expect.poll(() => waiting).toBe(true);
    const before = performance.now();
    await test.gateway.stop();
    const answer = await polled;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: submitted.id, state: 'queued' });
    expect(performance.now() - before).toBeLessThan(5_000);
    await expect(test.call('GET', '/health/live')).rejects.toThrow();
  });
});
