import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signWebhook } from './compose/sign-webhook.js';
import type { HttpCaller } from './http-caller.js';
import { callerOf, contextOf, endOf } from './testing/calling.fixture.js';
import { Sink } from './testing/sink.fixture.js';

const VALUE = 'Bearer k"ey/with+special=signs';
const KEY = Buffer.alloc(32, 7);
const OLD_KEY = Buffer.alloc(24, 9);
let sink: Sink;
let other: Sink;
let caller: HttpCaller;
let url: string;

beforeAll(async () => {
  sink = await Sink.open('127.0.0.1');
  other = await Sink.open('127.0.0.1');
  const origin = `http://127.0.0.1:${sink.port}`;
  url = `${origin}/`;
  caller = callerOf({
    env: {
      HTTP_ALLOW: '127.0.0.1',
      HTTP_SECRET_API: VALUE,
      HTTP_SECRET_API_ORIGINS: origin,
      HTTP_SECRET_HOOK: `whsec_${KEY.toString('base64')}`,
      HTTP_SECRET_HOOK_ORIGINS: origin,
      HTTP_SECRET_CHANGING: `whsec_${KEY.toString('base64')} whsec_${OLD_KEY.toString('base64')}`,
      HTTP_SECRET_CHANGING_ORIGINS: '*',
    },
    clock: { now: () => 1_700_000_000_999, monotonicMs: () => performance.now(), random: () => 0 },
  });
});
beforeEach(() => {
  sink.forget();
  other.forget();
  sink.answering((response) => response.end('ok'));
});
afterAll(async () => {
  await caller.close();
  await sink.close();
  await other.close();
});
const headers = { authorization: { secret: 'API' }, 'x-key': { secret: 'API', prefix: 'Key ' } };

describe('a secret', () => {
  it('reaches the host that it is meant for', async () => {
    await caller.call({ url, headers }, contextOf());
    expect(sink.requests[0]?.headers).toMatchObject({ authorization: VALUE, 'x-key': `Key ${VALUE}` });
  });

  it('reaches no other, whoever asks', async () => {
    const end = await endOf(caller, { url: `http://127.0.0.1:${other.port}/`, headers });
    expect(end).toMatchObject({ code: 'http.secret-not-for-origin', final: true });
    const signed = await endOf(caller, { url: `http://127.0.0.1:${other.port}/`, signature: { secret: 'HOOK' } });
    expect(signed).toMatchObject({ code: 'http.secret-not-for-origin', final: true });
    expect(other.connections).toBe(0);
  });

  it('that the worker does not have ends the job', async () => {
    const end = await endOf(caller, { url, headers: { a: { secret: 'NOBODY' } } });
    expect(end).toMatchObject({ code: 'http.secret-unknown', final: true });
    expect(sink.connections).toBe(0);
  });

  it.each([
    ['as it is', VALUE],
    ['within words', `you sent ${VALUE}!`],
    ['as JSON', JSON.stringify({ authorization: VALUE })],
    ['in a URL', `?key=${encodeURIComponent(VALUE)}`],
    ['without its scheme', VALUE.split(' ')[1] ?? ''],
    ['as base64', Buffer.from(VALUE).toString('base64')],
    ['among bytes', Buffer.concat([Buffer.from([0, 255]), Buffer.from(VALUE)])],
  ])('that the host sends back %s is not kept: body, headers, error', async (_, body) => {
    const inHeader = typeof body === 'string' ? body : VALUE;
    const forms = [
      VALUE.split(' ')[1] ?? '',
      JSON.stringify(VALUE).slice(8, -1),
      Buffer.from(VALUE).toString('base64'),
    ];
    for (const status of [200, 422, 500]) {
      sink.answering((response) => response.writeHead(status, { 'x-echo': inHeader }).end(body));
      const context = contextOf();
      const end = await endOf(caller, { url, headers }, context);
      expect(sink.requests.at(-1)?.headers.authorization).toBe(VALUE);
      const { base64 = '' } = end.result?.body ?? {};
      const told = JSON.stringify({ end, message: end.message, lines: context.lines }) + Buffer.from(base64, 'base64');
      for (const form of [...forms, encodeURIComponent(VALUE)]) {
        expect(told).not.toContain(form);
        expect(told).not.toContain(JSON.stringify(form).slice(1, -1));
      }
      // An error shows text only.
      if (status === 200 || typeof body === 'string') expect(told).toContain('****');
    }
  });

  it('is not kept where the answer is compressed, nor in part where it is cut', async () => {
    sink.answering((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`0123456789${VALUE}`)),
    );
    const { body } = await caller.call({ url, headers, maxResponseBytes: 25 }, contextOf());
    expect(body).toEqual({ text: `0123456789${'*'.repeat(15)}`, bytes: 25, cut: true });
  });

  it('being covered, leaves other characters of headers as they are', async () => {
    sink.answering((response) => response.writeHead(200, { 'x-echo': `ü ${VALUE}` }).end());
    const { headers: kept } = await caller.call({ url, headers }, contextOf());
    expect(kept['x-echo']).toMatch(/^ü \*+$/);
  });
});

describe('a signature', () => {
  const verify = (key: Buffer, { headers: sent, body }: (typeof sink.requests)[number]) => {
    const mac = createHmac('sha256', key);
    const expected = mac
      .update(`${sent['webhook-id']}.${sent['webhook-timestamp']}.${body.toString()}`)
      .digest('base64');
    return String(sent['webhook-signature']).split(' ').includes(`v1,${expected}`);
  };

  it('is that of Standard Webhooks: its own test vector', () => {
    const secret = { name: 'A', value: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
    const body = Buffer.from('{"test": 2432232314}');
    expect(signWebhook(secret, { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1_614_265_330, body })).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('covers id, time and body; the id is the job and stays over its attempts', async () => {
    for (const attempt of [1, 2]) {
      const context = contextOf({ jobId: 'job-9', attempt });
      await caller.call({ url, body: { json: { a: 'ü' } }, signature: { secret: 'HOOK' } }, context);
    }
    for (const request of sink.requests) {
      expect(request.headers).toMatchObject({ 'webhook-id': 'job-9', 'webhook-timestamp': '1700000000' });
      expect(verify(KEY, request)).toBe(true);
      expect(verify(OLD_KEY, request)).toBe(false);
    }
  });

  it('is made by each key while they change', async () => {
    await caller.call({ url, body: { text: 'x' }, signature: { secret: 'CHANGING' } }, contextOf());
    expect([verify(KEY, sink.requests[0]!), verify(OLD_KEY, sink.requests[0]!)]).toEqual([true, true]);
  });

  it('cannot be forged beside, and needs a key', async () => {
    const forged = { url, signature: { secret: 'HOOK' }, headers: { 'Webhook-Id': 'x' } };
    expect(await endOf(caller, forged)).toMatchObject({ code: 'http.header-refused', final: true });
    const end = await endOf(caller, { url, signature: { secret: 'API' } });
    expect(end).toMatchObject({ code: 'http.secret-unusable', final: true });
    expect(end.message).not.toContain('special');
  });
});

describe('a redirect', () => {
  const payload = () => ({
    ...{ url, followRedirects: 1, body: { text: 'x' }, signature: { secret: 'HOOK' } },
    headers: { ...headers, cookie: 'a=b', 'x-api-key': 'mine', accept: 'text/plain' },
  });

  it('to another origin takes no secret, signature or key along', async () => {
    sink.answering((response) => response.writeHead(307, { location: `http://127.0.0.1:${other.port}/` }).end());
    await caller.call(payload(), contextOf());
    expect(Object.keys(other.requests[0]?.headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
  });

  it('within the origin keeps them', async () => {
    sink.answering((response, { path }) =>
      path === '/' ? response.writeHead(307, { location: '/next' }).end() : response.end('ok'),
    );
    await caller.call(payload(), contextOf());
    expect(sink.requests[1]?.headers).toMatchObject({
      authorization: VALUE,
      'x-api-key': 'mine',
      'webhook-id': 'job-1',
    });
  });
});
