import { connect } from 'node:net';
import { submitJobs, submitJobsReply } from '@windlass/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());

const post = (body: string, headers: Record<string, string> = {}) =>
  test.call('POST', '/v1/jobs', { body, headers: { 'content-type': 'application/json', ...headers } });

describe('a submission', () => {
  it('answers 202 with id, state and Location, once core has accepted it', async () => {
    const answer = await post('{"type":"hash","payload":{"example":"data"}}');
    expect(answer.status).toBe(202);
    const job = (await answer.json()) as { id: string };
    expect(job).toEqual({ id: expect.any(String), type: 'hash', state: 'queued' });
    expect(answer.headers.get('location')).toBe(`/v1/jobs/${job.id}`);
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
    expect(test.core.jobs.get(job.id)?.item.tenantId).toBe('acme');
  });

  it.each([
    '{"b" : 1,  "a":[1.50, 2e3], "c":"\\u0000 \\u00e9 é"}',
    '12345678901234567890.10',
    '"\\ud83d"',
    'null',
    ' [ ] '.trim(),
  ])('hands the payload on byte for byte: %s', async (payload) => {
    const answer = await post(`{ "type":"hash", "payload" :\n ${payload} }`);
    const { id } = (await answer.json()) as { id: string };
    expect(test.core.jobs.get(id)?.item.payload).toBe(payload);
    const read = await (await test.call('GET', `/v1/jobs/${id}`)).text();
    expect(read).toContain(`"payload":${payload}}`);
  });

  it('carries its options', async () => {
    const options = { tags: ['a', 'b'], maxAttempts: 5, backoff: { kind: 'fixed', delayMs: 10 }, softMs: 1, hardMs: 2 };
    const answer = await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1, ...options } });
    const { id } = (await answer.json()) as { id: string };
    expect(test.core.jobs.get(id)?.item).toMatchObject(options);
  });

  it('carries all options of a job that waits for something', async () => {
    const runAt = new Date(Date.now() + 60_000).toISOString();
    const answer = await test.call('POST', '/v1/jobs', {
      json: { type: 'hash', payload: 1, queue: 'express', runAt, ttl: '2h', priority: 'critical', retention: 'short' },
    });
    const { id } = (await answer.json()) as { id: string };
    expect(test.core.jobs.get(id)?.item).toMatchObject({
      queue: 'express',
      runAt: Date.parse(runAt),
      ttlMs: 7_200_000,
      priority: 9,
      retention: 'short',
    });
  });

  it('takes null for an option that was left out', async () => {
    const { id } = (await (
      await post(
        '{"type":"hash","payload":1,"tags":null,"maxAttempts":null,"softMs":null,"hardMs":null,"backoff":{"kind":"fixed","delayMs":5,"maxDelayMs":null,"jitter":null}}',
      )
    ).json()) as { id: string };
    const { item } = test.core.jobs.get(id) ?? {};
    expect(item?.backoff).toEqual({ kind: 'fixed', delayMs: 5 });
    expect(Object.values(item ?? {})).not.toContain(null);
  });

  it('accepts a body of exactly the limit', async () => {
    const frame = '{"type":"hash","payload":""}';
    const answer = await post(frame.replace('""', `"${'a'.repeat(1_048_576 - frame.length)}"`));
    expect(answer.status).toBe(202);
  });
});

describe('an Idempotency-Key', () => {
  it('yields one job and the same answer', async () => {
    const before = test.core.jobs.size;
    const first = await post('{"type":"hash","payload":1}', { 'idempotency-key': 'k1' });
    const second = await post('{"payload":1, "type":"hash"}', { 'idempotency-key': 'k1' });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(await second.json()).toEqual(await first.json());
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(test.core.jobs.size).toBe(before + 1);
  });

  it.each([
    ['payload', '{"type":"hash","payload":2}'],
    ['payload spacing', '{"type":"hash","payload": {"a": 1}}'],
    ['options', '{"type":"hash","payload":{"a":1},"maxAttempts":2}'],
  ])('is refused with another %s', async (what, other) => {
    await post('{"type":"hash","payload":{"a":1}}', { 'idempotency-key': `other ${what}`.replaceAll(' ', '-') });
    const answer = await post(other, { 'idempotency-key': `other ${what}`.replaceAll(' ', '-') });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ code: 'submit.key-reused' });
  });

  it("is another one in another tenant's hands", async () => {
    const token = await sign({ claims: { tenant: 'other' } });
    const first = await post('{"type":"hash","payload":1}', { 'idempotency-key': 'shared' });
    const body = '{"type":"hash","payload":1}';
    const second = await test.call('POST', '/v1/jobs', {
      token,
      body,
      headers: { 'content-type': 'application/json', 'idempotency-key': 'shared' },
    });
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    expect(await second.json()).not.toEqual(await first.json());
  });
});

describe('an Idempotency-Key whose first request is still under way', () => {
  const asked = () => test.core.asked.filter((message) => message.kind === 'submit.jobs').length;

  it('is answered as soon as that one is, without the client hearing of it', async () => {
    test.core.inProgress.add('slow');
    const before = asked();
    const answer = post('{"type":"hash","payload":1}', { 'idempotency-key': 'slow' });
    await expect.poll(asked).toBeGreaterThan(before + 1);
    test.core.inProgress.delete('slow');
    expect((await answer).status).toBe(202);
  });

  it('gets 409 with Retry-After when that one takes too long', async () => {
    test.core.inProgress.add('stuck');
    const answer = await post('{"type":"hash","payload":1}', { 'idempotency-key': 'stuck' });
    expect(answer.status).toBe(409);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ code: 'submit.key-in-progress' });
  });
});

describe('a dedupeKey that an unfinished job has', () => {
  it.each([
    ['reject', 409],
    [undefined, 409],
    ['return', 202],
    ['replace', 202],
  ])('with onDuplicate %s is answered %i', async (onDuplicate, status) => {
    const json = { type: 'hash', payload: 1, dedupeKey: `order ${onDuplicate} ${status}` };
    const first = (await (await test.call('POST', '/v1/jobs', { json })).json()) as { id: string };
    const second = await test.call('POST', '/v1/jobs', { json: { ...json, onDuplicate } });
    const answer = (await second.json()) as { id?: string; detail?: string };
    expect(second.status).toBe(status);
    expect(second.headers.get('idempotency-replayed')).toBeNull();
    if (onDuplicate === 'return') {
      expect(answer).toEqual({ id: first.id, type: 'hash', state: 'queued', duplicate: true });
      expect(second.headers.get('location')).toBe(`/v1/jobs/${first.id}`);
    } else if (status === 409) {
      expect(answer).toMatchObject({ code: 'submit.duplicate' });
      expect(answer.detail).toContain(first.id);
    } else {
      expect(answer.id).not.toBe(first.id);
    }
  });

  it("is answered with the type of the job that has it, which need not be the request's", async () => {
    const other = await startGateway();
    other.core.on(submitJobs, submitJobsReply, ({ items }) => ({
      items: items.map(() => ({
        id: '0192a0b0-0000-7000-8000-000000000001',
        type: 'other.type',
        state: 'running' as const,
        created: false,
        duplicate: true,
      })),
    }));
    try {
      const answer = await other.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1, dedupeKey: 'a' } });
      expect(await answer.json()).toMatchObject({ type: 'other.type', state: 'running', duplicate: true });
    } finally {
      await other.stop();
    }
  });
});

describe('request ids', () => {
  it('are taken over when sane, and travel to core', async () => {
    const answer = await post('{"type":"hash","payload":1}', { 'x-request-id': 'trace-1.a:b' });
    expect(answer.headers.get('x-request-id')).toBe('trace-1.a:b');
    const { id } = (await answer.json()) as { id: string };
    expect(test.core.jobs.get(id)?.item.requestId).toBe('trace-1.a:b');
    await expect.poll(() => test.log.find((line) => line.includes(id)) ?? '').toContain('"requestId":"trace-1.a:b"');
  });

  it.each(['a b', 'é', '"', 'a'.repeat(129)])('are replaced when not: %s', async (given) => {
    const answer = await test.call('GET', '/v1/jobs', { headers: { 'x-request-id': given } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it('what one turn of the event loop brings travels in one message, and each gets its own answer', async () => {
  const asked = test.core.asked.length;
  const token = await sign({});
  const request = (n: number) => {
    const body = `{"type":"${n % 3 ? 'hash' : 'nope'}","payload":${n}}`;
    return `POST /v1/jobs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
  const answer = await pipelined(Array.from({ length: 30 }, (_, n) => request(n)));
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(
    Array.from({ length: 30 }, (_, n) => `HTTP/1.1 ${n % 3 ? 202 : 422}`),
  );
  const packs = test.core.asked.slice(asked).filter((message) => message.kind === 'submit.jobs');
  // Ids are checked by the payloads that core holds under them.
  const ids = [...answer.matchAll(/"id":"([^"]+)"/g)].map((match) => test.core.jobs.get(match[1] ?? '')?.item.payload);
  expect(ids).toEqual(
    Array.from({ length: 30 }, (_, n) => n)
      .filter((n) => n % 3)
      .map(String),
  );
  expect(packs.length).toBeLessThanOrEqual(3);
});

it('an answer that lacks an item is a bug, answered as one, without its text', async () => {
  const broken = await startGateway();
  broken.core.on(submitJobs, submitJobsReply, () => ({ items: [] }));
  try {
    const answer = await broken.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('submissions');
    expect(broken.log.join('')).toContain('answers to 1 submissions');
  } finally {
    await broken.stop();
  }
});

/** Sends all requests in one write over one connection and resolves with all that came back. */
function pipelined(requests: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(test.url).port), '127.0.0.1', () => socket.write(requests.join('')));
    let text = '';
    socket.setTimeout(10_000, () => reject(new Error(`not all answers came: ${text}`)));
    socket.on('error', reject);
    socket.on('data', (data) => {
      text += data.toString();
      const bodies = text.match(/\r\n\r\n\{[^}]*\}/g)?.length ?? 0;
      if (bodies === requests.length) {
        socket.destroy();
        resolve(text);
      }
    });
  });
}
