import { connect } from 'node:net';
import { listJobs, listJobsReply, readEvents, readEventsReply, readJob, readJobReply } from '@windlass/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';
import { MAX_LISTS_PER_TENANT } from './bound-load.js';

let test: TestGateway;
let release: (() => void)[] = [];
afterEach(async () => {
  for (const go of release.splice(0)) go();
  await test.stop();
});

/** A gateway whose core holds every job's read until `release`. */
async function start(env: Record<string, string>): Promise<string> {
  test = await startGateway({ env: { RPC_TIMEOUT_MS: '30000', ...env } });
  const submitted = await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
  const { id } = (await submitted.json()) as { id: string };
  const { view } = test.core.job('acme', id);
  release = [];
  test.core.on(readJob, readJobReply, async () => {
    await new Promise<void>((resolve) => release.push(resolve));
    return view;
  });
  return `/v1/jobs/${id}`;
}
const held = (count: number) => expect.poll(() => release.length).toBe(count);
async function refusal(answer: Promise<Response>) {
  const response = await answer;
  const { code } = (await response.json()) as { code: string };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), code };
}

describe('requests under way', () => {
  it('are bounded: the next is refused by 503 and Retry-After, health and documents are not, and it passes', async () => {
    const job = await start({ MAX_IN_FLIGHT: '2' });
    const waiting = [test.call('GET', job), test.call('GET', job)];
    await held(2);
    expect(await refusal(test.call('GET', '/v1/job-types'))).toEqual({
      status: 503,
      retryAfter: '1',
      code: 'http.overloaded',
    });
    expect((await test.call('GET', '/health/live', { token: null })).status).toBe(200);
    expect((await test.call('GET', '/docs-json', { token: null })).status).toBe(200);
    for (const go of release.splice(0)) go();
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200]);
    expect((await test.call('GET', '/v1/job-types')).status).toBe(200);
  });

  it('of one tenant are bounded by 429, and another tenant does not feel it', async () => {
    const job = await start({ MAX_IN_FLIGHT_PER_TENANT: '1' });
    const waiting = test.call('GET', job);
    await held(1);
    expect(await refusal(test.call('GET', '/v1/job-types'))).toEqual({
      status: 429,
      retryAfter: '1',
      code: 'http.rate-limited',
    });
    const token = await sign({ claims: { tenant: 'other' } });
    expect((await test.call('GET', '/v1/job-types', { token })).status).toBe(200);
    for (const go of release.splice(0)) go();
    expect((await waiting).status).toBe(200);
    expect((await test.call('GET', '/v1/job-types')).status).toBe(200);
  });

  it('of strangers, and of senders that never finish, take no place', async () => {
    await start({ MAX_IN_FLIGHT: '1' });
    const token = await sign({});
    const head = `POST /v1/jobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"ty`;
    const slow = Array.from({ length: 5 }, () => connect(Number(new URL(test.url).port), '127.0.0.1'));
    await Promise.all(slow.map((socket) => new Promise<void>((sent) => socket.write(head, () => sent()))));
    expect((await test.call('GET', '/v1/job-types', { token: null })).status).toBe(401);
    expect((await test.call('GET', '/v1/job-types')).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });

  it('whose client hangs up keep their place for as long as the call behind may last', async () => {
    const job = await start({ MAX_IN_FLIGHT: '1', RPC_TIMEOUT_MS: '400' });
    const stop = new AbortController();
    const gone = fetch(`${test.url}${job}`, {
      headers: { authorization: `Bearer ${await sign({})}` },
      signal: stop.signal,
    });
    await held(1);
    stop.abort();
    await expect(gone).rejects.toThrow();
    expect((await test.call('GET', '/v1/job-types')).status).toBe(503);
    await expect.poll(async () => (await test.call('GET', '/v1/job-types')).status, { timeout: 5_000 }).toBe(200);
  });

  it('refused by the thousand are logged once in a while', async () => {
    const job = await start({ MAX_IN_FLIGHT: '1' });
    const waiting = test.call('GET', job);
    await held(1);
    for (let n = 0; n < 20; n += 1) expect((await test.call('GET', '/v1/job-types')).status).toBe(503);
    const lines = test.log.filter((line) => line.includes('"level":"warn"')).length;
    expect(lines).toBeGreaterThan(0);
    expect(lines).toBeLessThan(10);
    for (const go of release.splice(0)) go();
    await waiting;
  });
});

it('lists of one tenant are bounded: the next is refused at once by 429, other reads and other tenants pass', async () => {
  const job = await start({});
  let waiting = 0;
  test.core.on(listJobs, listJobsReply, async ({ tenantId }) => {
    waiting += 1;
    if (tenantId === 'acme') await new Promise<void>((resolve) => release.push(resolve));
    return { items: [] };
  });
  const lists = Array.from({ length: MAX_LISTS_PER_TENANT }, () => test.call('GET', '/v1/jobs'));
  await expect.poll(() => waiting).toBe(MAX_LISTS_PER_TENANT);
  const refused = { status: 429, retryAfter: '1', code: 'http.rate-limited' };
  expect(await refusal(test.call('GET', '/v1/jobs?limit=100'))).toEqual(refused);
  expect((await test.call('GET', `${job}/artifacts`)).status).toBe(200);
  const token = await sign({ claims: { tenant: 'other' } });
  expect((await test.call('GET', '/v1/jobs', { token })).status).toBe(200);
  for (const go of release.splice(0)) go();
  expect(new Set((await Promise.all(lists)).map((answer) => answer.status))).toEqual(new Set([200]));
  const again = test.call('GET', '/v1/jobs');
  await held(1);
  for (const go of release.splice(0)) go();
  expect((await again).status).toBe(200);
});

describe('long polls and event streams', () => {
  it('are counted apart from other requests, and bounded by 429 in all', async () => {
    const job = await start({ MAX_STREAMS: '2', MAX_IN_FLIGHT: '1' });
    const waiting = [test.call('GET', `${job}?wait=30s`)];
    await held(1);
    waiting.push(test.call('GET', `${job}?wait=30s`));
    await held(2);
    const third = await refusal(test.call('GET', `${job}?wait=30s`));
    expect(third).toEqual({ status: 429, retryAfter: '1', code: 'http.rate-limited' });
    const stream = { headers: { accept: 'text/event-stream' } };
    expect((await test.call('GET', `${job}/logs`, stream)).status).toBe(429);
    expect((await test.call('GET', `${job}/events`, stream)).status).toBe(429);
    expect((await test.call('GET', `${job}/logs`)).status).toBe(200);
    for (const go of release.splice(0)) go();
    await Promise.all(waiting);
    const again = await test.call('GET', `${job}/events`, stream);
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });

  it('of one tenant are bounded by 429, and another tenant does not feel it', async () => {
    const job = await start({ MAX_STREAMS_PER_TENANT: '1' });
    const waiting = test.call('GET', `${job}?wait=30s`);
    await held(1);
    expect((await test.call('GET', `${job}?wait=30s`)).status).toBe(429);
    const token = await sign({ claims: { tenant: 'other' } });
    const others = test.call('GET', `${job}?wait=30s`, { token });
    await held(2);
    for (const go of release.splice(0)) go();
    expect((await Promise.all([waiting, others])).map((answer) => answer.status)).toEqual([200, 200]);
  });

  it('of clients that come and go keep their place until the call behind has ended', async () => {
    const job = await start({ MAX_STREAMS: '1' });
    let asked = 0;
    let answer = () => {};
    test.core.on(readEvents, readEventsReply, async ({ waitMs }) => {
      asked += 1;
      if (waitMs) await new Promise<void>((resolve) => (answer = resolve));
      return { items: [], more: false, finished: false };
    });
    const stream = { headers: { accept: 'text/event-stream' } };
    const first = await test.call('GET', `${job}/events`, stream);
    await expect.poll(() => asked).toBe(2);
    await first.body?.cancel();
    expect((await test.call('GET', `${job}/events`, stream)).status).toBe(429);
    answer();
    const opened = async () => {
      const again = await test.call('GET', `${job}/events`, stream);
      await again.body?.cancel();
      return again.status;
    };
    await expect.poll(opened).toBe(200);
    answer();
  });
});
