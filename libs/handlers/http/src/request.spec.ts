import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, contextOf, endOf } from './testing/calling.fixture.js';
import { Sink } from './testing/sink.fixture.js';

let sink: Sink;
let url: string;
const caller = callerOf({ env: { HTTP_ALLOW: '127.0.0.1' } });

beforeAll(async () => {
  sink = await Sink.open('127.0.0.1');
  url = `http://127.0.0.1:${sink.port}/path?q=1`;
});
beforeEach(() => {
  sink.forget();
  sink.answering((response) => response.end('ok'));
});
afterAll(async () => {
  await caller.close();
  await sink.close();
});

const seen = () => {
  const { method, path, headers, body } = sink.requests[0]!;
  return { method, path, headers, text: body.toString() };
};

describe('what goes out', () => {
  it('without a body it is a GET', async () => {
    await caller.call({ url }, contextOf());
    expect(seen()).toMatchObject({ method: 'GET', path: '/path?q=1', text: '' });
    expect(seen().headers).toMatchObject({ 'user-agent': 'windlass', host: `127.0.0.1:${sink.port}` });
    expect(seen().headers).not.toHaveProperty('idempotency-key');
  });

  it.each([
    ['json', { json: { a: [1, 'ü'] } }, '{"a":[1,"ü"]}', 'application/json'],
    ['text', { text: 'grüße' }, 'grüße', 'text/plain; charset=utf-8'],
    ['base64', { base64: Buffer.from('raw').toString('base64') }, 'raw', 'application/octet-stream'],
    ['json null', { json: null }, 'null', 'application/json'],
  ])('a %s body is a POST with its type, and with the job as its key', async (_, body, text, type) => {
    await caller.call({ url, body }, contextOf({ jobId: 'job-7', attempt: 2 }));
    expect(seen()).toMatchObject({ method: 'POST', text });
    expect(seen().headers).toMatchObject({ 'content-type': type, 'idempotency-key': 'job-7' });
  });

  it('headers of the payload win over those set by default, in any case', async () => {
    const headers = { 'Content-Type': 'application/vnd.a+json', 'IDEMPOTENCY-KEY': 'mine', 'x-a': 'ä' };
    await caller.call({ url, method: 'PUT', headers, body: { json: 1 } }, contextOf());
    expect(seen()).toMatchObject({ method: 'PUT', text: '1' });
    expect(seen().headers).toMatchObject({ 'content-type': 'application/vnd.a+json', 'idempotency-key': 'mine' });
  });

  it.each(['host', 'Content-Length', 'transfer-encoding', 'Connection', 'proxy-authorization', 'expect'])(
    'header %s is not for submitters',
    async (name) => {
      const end = await endOf(caller, { url, headers: { [name]: 'x' } });
      expect(end).toMatchObject({ code: 'http.header-refused', final: true });
      expect(sink.connections).toBe(0);
    },
  );

  it.each([{ 'x-a': 'one\r\nx-b: two' }, { 'x-a': { secret: 'KEY', prefix: 'one\r\nx-b: ' } }])(
    'a header that would begin another one is refused, also where no schema has looked: %j',
    async (headers) => {
      const env = { HTTP_ALLOW: '127.0.0.1', HTTP_SECRET_KEY: 's3cret-value', HTTP_SECRET_KEY_ORIGINS: '*' };
      const each = callerOf({ env });
      const end = await endOf(each, { url, headers });
      expect(end).toMatchObject({ code: 'http.request-invalid', final: true });
      expect(end.message).not.toContain('s3cret');
      expect(sink.requests).toHaveLength(0);
      await each.close();
    },
  );

  it.each(['GET', 'HEAD'] as const)('%s with a body is refused', async (method) => {
    const end = await endOf(caller, { url, method, body: { text: 'x' } });
    expect(end).toMatchObject({ code: 'http.body-refused', final: true });
  });
});

describe('what comes back', () => {
  it('status, headers without cookies, body and times', async () => {
    sink.answering((response) => {
      response.writeHead(201, [
        ...['x-a', '1', 'X-A', '2', 'set-cookie', 'session=1', 'x-long', 'l'.repeat(5_000), 'location', '/made'],
      ]);
      response.end('made');
    });
    const context = contextOf();
    const { headers, timings, ...rest } = await caller.call({ url, body: { text: 'x' } }, context);
    expect(rest).toEqual({ status: 201, url, redirects: 0, body: { text: 'made', bytes: 4, cut: false } });
    expect(headers).toMatchObject({ 'x-a': '1, 2', location: '/made' });
    expect(headers['x-long']).toHaveLength(1_024);
    expect(headers).not.toHaveProperty('set-cookie');
    expect(timings.totalMs).toBeGreaterThanOrEqual(timings.firstByteMs);
    expect(context.lines).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ answered 201 after \d+ ms$/)]);
  });

  it.each([
    [204, undefined, true],
    [304, undefined, false],
    [404, undefined, false],
    [404, [404], true],
    [404, ['4xx'], true],
    [404, ['400-403'], false],
    [404, ['2xx', '400-410'], true],
    [503, ['5xx'], true],
    [302, ['302'], true],
    [200, ['201'], false],
  ])('status %d where %s is expected: %s', async (status, expectedStatus, ok) => {
    sink.answering((response) => response.writeHead(status, { location: '/x' }).end());
    const end = await endOf(caller, { url, ...(expectedStatus ? { expectedStatus } : {}) });
    if (ok) expect(end.result).toMatchObject({ status });
    else expect(end).toMatchObject({ code: `http.status-${status}` });
  });

  it('redirects are followed when asked for, and 303 makes a GET of them', async () => {
    sink.answering((response, { path }) =>
      path === '/end' ? response.end('end') : response.writeHead(303, { location: '/end' }).end('moved'),
    );
    const end = await endOf(caller, { url, body: { text: 'x' }, followRedirects: 1 });
    expect(end.result).toMatchObject({ redirects: 1, url: `http://127.0.0.1:${sink.port}/end`, body: { text: 'end' } });
    expect(sink.requests.map(({ method, body }) => [method, body.toString()])).toEqual([
      ['POST', 'x'],
      ['GET', ''],
    ]);
    expect(sink.requests[1]?.headers).not.toHaveProperty('content-type');
  });

  it('307 repeats method and body; a loop ends', async () => {
    sink.answering((response) => response.writeHead(307, { location: '/again' }).end());
    const end = await endOf(caller, { url, body: { text: 'x' }, followRedirects: 3 });
    expect(end).toMatchObject({ code: 'http.too-many-redirects', final: true });
    expect(sink.requests.map(({ method, body }) => `${method} ${body}`)).toEqual(Array(4).fill('POST x'));
  });
});
