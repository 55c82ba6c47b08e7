import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallOptions, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
let jobId: string;
beforeAll(async () => {
  test = await startGateway({ env: { MAX_FILE_BYTES: '1000', FILE_TYPES: 'text/*,application/octet-stream' } });
  const answer = await test.call('POST', '/v1/jobs', { json: { type: 'hash', payload: 1 } });
  jobId = ((await answer.json()) as { id: string }).id;
});
afterAll(() => test.stop());

interface Case {
  name: string;
  method?: string;
  path?: string;
  options: CallOptions;
  status: number;
  code: string;
  field?: string;
}

const json = { 'content-type': 'application/json' };
const job = (extra: Record<string, unknown>): CallOptions => ({ json: { type: 'hash', payload: 1, ...extra } });
const body = (text: string | Buffer): CallOptions => ({ body: text as string, headers: json });
const key = (text: string): CallOptions => ({
  json: { type: 'hash', payload: 1 },
  headers: { 'idempotency-key': text },
});
const bad = 'http.fields-invalid';
const malformed = 'http.body-malformed';

const BODIES: Case[] = [
  { name: 'malformed JSON', options: body('{"type":'), status: 400, code: malformed },
  { name: 'an empty body', options: body(''), status: 400, code: malformed },
  { name: 'no body', options: {}, status: 400, code: bad },
  { name: 'not an object', options: body('[1]'), status: 400, code: bad },
  { name: 'null', options: body('null'), status: 400, code: bad },
  { name: 'a string', options: body('"x"'), status: 400, code: bad },
  {
    name: 'bytes that are not UTF-8',
    options: body(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
    status: 400,
    code: malformed,
  },
  {
    name: 'wrong content type',
    options: { body: '{}', headers: { 'content-type': 'text/plain' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
  {
    name: 'a form',
    options: { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
  {
    name: 'a multipart form',
    options: { body: '--x--', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
  {
    name: 'an octet stream',
    options: { body: '{}', headers: { 'content-type': 'application/octet-stream' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
  {
    name: 'a JSON look-alike',
    options: { body: '{}', headers: { 'content-type': 'application/jsonx' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
  {
    name: 'a compressed body',
    options: { body: '{}', headers: { ...json, 'content-encoding': 'gzip' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
  {
    name: 'an oversize body',
    options: body(`{"type":"hash","payload":"${'a'.repeat(1_048_576)}"}`),
    status: 413,
    code: 'http.body-too-large',
  },
  {
    name: 'deep nesting',
    options: body(`{"type":"hash","payload":${'['.repeat(10_000)}${']'.repeat(10_000)}}`),
    status: 400,
    code: 'http.body-too-deep',
  },
  {
    name: 'nesting one too deep',
    options: body(`{"type":"hash","payload":${'['.repeat(100)}${']'.repeat(100)}}`),
    status: 400,
    code: 'http.body-too-deep',
  },
  {
    name: '__proto__',
    options: body('{"type":"hash","payload":1,"__proto__":{"admin":true}}'),
    status: 400,
    code: malformed,
  },
  {
    name: '__proto__ in the payload',
    options: body('{"type":"hash","payload":{"__proto__":{"admin":true}}}'),
    status: 400,
    code: malformed,
  },
  {
    name: '__proto__ escaped',
    options: body('{"type":"hash","payload":1,"\\u005f_proto__":{"admin":true}}'),
    status: 400,
    code: malformed,
  },
  {
    name: 'constructor.prototype',
    options: body('{"type":"hash","payload":1,"constructor":{"prototype":{"admin":true}}}'),
    status: 400,
    code: malformed,
  },
  {
    name: 'a field named constructor',
    options: job({ constructor: 1 }),
    status: 400,
    code: bad,
    field: '/constructor',
  },
  { name: 'a field named toString', options: job({ toString: 1 }), status: 400, code: bad, field: '/toString' },
  {
    name: 'a nested field named hasOwnProperty',
    options: job({ backoff: { kind: 'fixed', delayMs: 1, hasOwnProperty: 1 } }),
    status: 400,
    code: bad,
  },
];

const FIELDS: Case[] = [
  { name: 'an unknown field', options: job({ colour: 'red' }), status: 400, code: bad, field: '/colour' },
  {
    name: 'mass assignment of the tenant',
    options: job({ tenantId: 'other' }),
    status: 400,
    code: bad,
    field: '/tenantId',
  },
  {
    name: 'mass assignment of the state',
    options: job({ state: 'succeeded' }),
    status: 400,
    code: bad,
    field: '/state',
  },
  { name: 'no type', options: { json: { payload: 1 } }, status: 400, code: bad, field: '/type' },
  { name: 'a type that is no string', options: job({ type: 1 }), status: 400, code: bad, field: '/type' },
  { name: 'NUL in the type', options: job({ type: 'a\u0000' }), status: 400, code: bad, field: '/type' },
  { name: 'an endless type', options: job({ type: 'a'.repeat(201) }), status: 400, code: bad, field: '/type' },
  { name: 'no payload', options: { json: { type: 'hash' } }, status: 400, code: bad, field: '/payload' },
  { name: 'NUL in a tag', options: job({ tags: ['a\u0000b'] }), status: 400, code: bad, field: '/tags' },
  {
    name: 'a lone surrogate in a tag',
    options: body('{"type":"hash","payload":1,"tags":["\\ud800"]}'),
    status: 400,
    code: bad,
    field: '/tags',
  },
  {
    name: 'too many tags',
    options: job({ tags: Array.from({ length: 17 }, String) }),
    status: 400,
    code: bad,
    field: '/tags',
  },
  { name: 'tags that are an object', options: job({ tags: { length: 1 } }), status: 400, code: bad, field: '/tags' },
  { name: 'no attempts', options: job({ maxAttempts: 0 }), status: 400, code: bad, field: '/maxAttempts' },
  { name: 'half an attempt', options: job({ maxAttempts: 1.5 }), status: 400, code: bad, field: '/maxAttempts' },
  { name: 'attempts as text', options: job({ maxAttempts: '3' }), status: 400, code: bad, field: '/maxAttempts' },
  {
    name: 'infinite attempts',
    options: body('{"type":"hash","payload":1,"maxAttempts":1e400}'),
    status: 400,
    code: bad,
    field: '/maxAttempts',
  },
  {
    name: '2^53 + 1 ms',
    options: body('{"type":"hash","payload":1,"hardMs":9007199254740993}'),
    status: 400,
    code: bad,
    field: '/hardMs',
  },
  { name: 'a negative limit', options: job({ hardMs: -1 }), status: 400, code: bad, field: '/hardMs' },
  {
    name: 'a soft limit above the hard one',
    options: job({ softMs: 2, hardMs: 1 }),
    status: 400,
    code: bad,
    field: '/softMs',
  },
  {
    name: 'an unknown backoff',
    options: job({ backoff: { kind: 'random', delayMs: 1 } }),
    status: 400,
    code: bad,
    field: '/backoff/kind',
  },
  {
    name: 'an unknown field of backoff',
    options: job({ backoff: { kind: 'fixed', delayMs: 1, x: 1 } }),
    status: 400,
    code: bad,
    field: '/backoff/x',
  },
  { name: 'a backoff that is a list', options: job({ backoff: [] }), status: 400, code: bad },
  { name: 'an empty key', options: key(''), status: 400, code: bad, field: 'Idempotency-Key' },
  { name: 'a key with a space', options: key('a b'), status: 400, code: bad, field: 'Idempotency-Key' },
  { name: 'an endless key', options: key('a'.repeat(256)), status: 400, code: bad, field: 'Idempotency-Key' },
  { name: 'an unknown type', options: job({ type: 'nope' }), status: 422, code: 'submit.type-unknown' },
];

const unknownId = '0192a0b0-0000-7000-8000-000000000000';
const ROUTES: Case[] = [
  { name: 'an unknown route', method: 'GET', path: '/v1/nope', options: {}, status: 404, code: 'http.route-unknown' },
  {
    name: 'an unknown route with a body',
    method: 'POST',
    path: '/v1/nope',
    options: { json: {} },
    status: 404,
    code: 'http.route-unknown',
  },
  {
    name: 'a broken URL',
    method: 'GET',
    path: '/v1/jobs/%zz',
    options: {},
    status: 400,
    code: 'http.request-malformed',
  },
  {
    name: 'an endless id',
    method: 'GET',
    path: `/v1/jobs/${'a'.repeat(5_000)}`,
    options: {},
    status: 404,
    code: 'http.route-unknown',
  },
  { name: 'no id', method: 'GET', path: '/v1/jobs/x', options: {}, status: 404, code: 'read.job-unknown' },
  { name: 'NUL as id', method: 'GET', path: '/v1/jobs/%00', options: {}, status: 404, code: 'read.job-unknown' },
  {
    name: 'an unknown id',
    method: 'GET',
    path: `/v1/jobs/${unknownId}`,
    options: {},
    status: 404,
    code: 'read.job-unknown',
  },
  {
    name: 'the result of an unknown id',
    method: 'GET',
    path: `/v1/jobs/${unknownId}/result`,
    options: {},
    status: 404,
    code: 'read.job-unknown',
  },
  {
    name: 'events of no id',
    method: 'GET',
    path: '/v1/jobs/x/events',
    options: {},
    status: 404,
    code: 'read.job-unknown',
  },
  {
    name: 'artifacts of no id',
    method: 'GET',
    path: '/v1/jobs/x/artifacts',
    options: {},
    status: 404,
    code: 'read.job-unknown',
  },
  {
    name: 'a path out of the artifacts',
    method: 'GET',
    path: `/v1/jobs/${unknownId}/artifacts/..%2f..%2fetc%2fpasswd`,
    options: {},
    status: 404,
    code: 'read.job-unknown',
  },
  {
    name: 'a bad cursor',
    method: 'GET',
    path: '/v1/jobs?cursor=abc',
    options: {},
    status: 400,
    code: 'read.cursor-invalid',
  },
  {
    name: 'an empty cursor',
    method: 'GET',
    path: '/v1/jobs?cursor=',
    options: {},
    status: 400,
    code: 'read.cursor-invalid',
  },
  { name: 'limit 0', method: 'GET', path: '/v1/jobs?limit=0', options: {}, status: 400, code: bad, field: '/limit' },
  {
    name: 'limit 101',
    method: 'GET',
    path: '/v1/jobs?limit=101',
    options: {},
    status: 400,
    code: bad,
    field: '/limit',
  },
  {
    name: 'limit twice',
    method: 'GET',
    path: '/v1/jobs?limit=1&limit=2',
    options: {},
    status: 400,
    code: bad,
    field: '/limit',
  },
  {
    name: 'an unknown state',
    method: 'GET',
    path: '/v1/jobs?state=happy',
    options: {},
    status: 400,
    code: bad,
    field: '/state',
  },
  {
    name: 'an unknown filter',
    method: 'GET',
    path: '/v1/jobs?tenant=other',
    options: {},
    status: 400,
    code: bad,
    field: '/tenant',
  },
  {
    name: 'NUL in a filter',
    method: 'GET',
    path: '/v1/jobs?tag=a%00',
    options: {},
    status: 400,
    code: bad,
    field: '/tag',
  },
  {
    name: 'a wait without unit',
    method: 'GET',
    path: `/v1/jobs/${unknownId}?wait=30`,
    options: {},
    status: 400,
    code: bad,
    field: 'wait',
  },
  {
    name: 'a wait that is too long',
    method: 'GET',
    path: `/v1/jobs/${unknownId}?wait=61s`,
    options: {},
    status: 400,
    code: bad,
    field: 'wait',
  },
  {
    name: 'a negative wait',
    method: 'GET',
    path: `/v1/jobs/${unknownId}?wait=-1s`,
    options: {},
    status: 400,
    code: bad,
    field: 'wait',
  },
  {
    name: 'an unknown file',
    method: 'GET',
    path: `/v1/files/${unknownId}`,
    options: {},
    status: 404,
    code: 'files.unknown',
  },
  {
    name: 'the content of no id',
    method: 'GET',
    path: '/v1/files/x/content',
    options: {},
    status: 404,
    code: 'files.unknown',
  },
  {
    name: 'an unknown API key',
    method: 'DELETE',
    path: `/v1/api-keys/${unknownId}`,
    options: {},
    status: 404,
    code: 'keys.unknown',
  },
];

const upload = (headers: Record<string, string>, text = 'abc'): CallOptions => ({
  body: text,
  headers: { 'content-type': 'text/plain', ...headers },
});
const form = (text: string): CallOptions => ({
  body: text.replaceAll('\n', '\r\n'),
  headers: { 'content-type': 'multipart/form-data; boundary=B' },
});
const part = (name: string) =>
  `--B\nContent-Disposition: form-data; name="f"; filename="${name}"\nContent-Type: text/plain\n\nabc\n`;
const FILES: Case[] = [
  { name: 'a refused type', options: upload({ 'content-type': 'image/png' }), status: 415, code: 'files.type-refused' },
  {
    name: 'a type that is none',
    options: upload({ 'content-type': 'nonsense' }),
    status: 400,
    code: bad,
    field: 'Content-Type',
  },
  { name: 'too large, announced', options: upload({}, 'a'.repeat(1_001)), status: 413, code: 'files.too-large' },
  {
    name: 'a wrong checksum',
    options: upload({ 'x-content-sha256': '0'.repeat(64) }),
    status: 422,
    code: 'files.checksum-mismatch',
  },
  {
    name: 'a checksum that is none',
    options: upload({ 'x-content-sha256': 'abc' }),
    status: 400,
    code: bad,
    field: 'X-Content-SHA256',
  },
  {
    name: 'a name that is not encoded',
    options: upload({ 'x-file-name': '%zz' }),
    status: 400,
    code: bad,
    field: 'X-File-Name',
  },
  { name: 'NUL in a name', options: upload({ 'x-file-name': 'a%00b' }), status: 400, code: bad, field: 'X-File-Name' },
  {
    name: 'an endless name',
    options: upload({ 'x-file-name': 'a'.repeat(256) }),
    status: 400,
    code: bad,
    field: 'X-File-Name',
  },
  {
    name: 'a form without boundary',
    options: { body: 'x', headers: { 'content-type': 'multipart/form-data' } },
    status: 400,
    code: bad,
  },
  {
    name: 'a form without file',
    options: form('--B\nContent-Disposition: form-data; name="a"\n\n1\n--B--\n'),
    status: 400,
    code: malformed,
  },
  { name: 'a form with two files', options: form(`${part('a')}${part('b')}--B--\n`), status: 400, code: malformed },
  { name: 'a form that ends early', options: form(part('a').slice(0, -3)), status: 400, code: malformed },
  { name: 'garbage as a form', options: form('garbage'), status: 400, code: malformed },
  {
    name: 'an upload for a storage without URLs',
    path: '/v1/files/uploads',
    options: { json: { name: 'a', contentType: 'text/plain', size: 1, sha256: '0'.repeat(64) } },
    status: 409,
    code: 'files.presign-unsupported',
  },
  {
    name: 'an upload without size',
    path: '/v1/files/uploads',
    options: { json: { name: 'a', contentType: 'text/plain', sha256: '0'.repeat(64) } },
    status: 400,
    code: bad,
    field: '/size',
  },
  {
    name: 'an upload with NUL in its name',
    path: '/v1/files/uploads',
    options: { json: { name: 'a\u0000', contentType: 'text/plain', size: 1, sha256: '0'.repeat(64) } },
    status: 400,
    code: bad,
    field: '/name',
  },
].map((each) => ({ path: '/v1/files', ...each }));

const KEYS: Case[] = [
  {
    name: 'a key without scopes',
    options: { json: { name: 'a', scopes: [] } },
    status: 400,
    code: bad,
    field: '/scopes',
  },
  {
    name: 'a key with an unknown scope',
    options: { json: { name: 'a', scopes: ['root'] } },
    status: 400,
    code: bad,
    field: '/scopes',
  },
  {
    name: 'a key with NUL in its name',
    options: { json: { name: 'a\u0000', scopes: ['jobs:read'] } },
    status: 400,
    code: bad,
    field: '/name',
  },
  {
    name: 'a key that has expired',
    options: { json: { name: 'a', scopes: ['jobs:read'], expiresAt: '2001-01-01T00:00:00Z' } },
    status: 400,
    code: bad,
    field: '/expiresAt',
  },
  {
    name: 'a key until Feb 30',
    options: { json: { name: 'a', scopes: ['jobs:read'], expiresAt: '2031-02-30T00:00:00Z' } },
    status: 400,
    code: bad,
    field: '/expiresAt',
  },
  {
    name: 'a key with more than its maker has',
    options: { json: { name: 'a', scopes: ['admin'] } },
    status: 403,
    code: 'auth.scope-missing',
  },
  {
    name: 'a key for another tenant',
    options: { json: { name: 'a', scopes: ['jobs:read'], tenantId: 'other' } },
    status: 400,
    code: bad,
    field: '/tenantId',
  },
].map((each) => ({ path: '/v1/api-keys', ...each }));

describe.each([
  ['bodies', BODIES],
  ['fields', FIELDS],
  ['routes', ROUTES],
  ['files', FILES],
  ['API keys', KEYS],
])('bad input gets its exact 4xx and a problem that says what to do: %s', (_group, cases) => {
  it.each(cases)('$name → $status $code', async ({ method, path, options, status, code, field }) => {
    const answer = await test.call(method ?? 'POST', path ?? '/v1/jobs', options);
    const text = await answer.text();
    expect({ status: answer.status, type: answer.headers.get('content-type') }, text).toEqual({
      status,
      type: 'application/problem+json',
    });
    const problem = JSON.parse(text) as { code: string; status: number; detail: string; errors?: { path: string }[] };
    expect(problem).toMatchObject({ code, status });
    expect(problem.detail.length).toBeGreaterThan(10);
    if (field) expect(problem.errors?.map((error) => error.path)).toContain(field);
    expect(text).not.toMatch(/\bat .*\.[jt]s:\d+|node_modules/);
  });
});

describe('wrong methods', () => {
  it.each([
    ['PUT', '/v1/jobs', 'GET, HEAD, POST'],
    ['DELETE', () => `/v1/jobs/${jobId}`, 'GET, HEAD'],
    ['POST', '/v1/job-types', 'GET, HEAD'],
    ['OPTIONS', '/v1/files', 'POST'],
    ['PATCH', '/health', 'GET, HEAD'],
    ['POST', () => `/v1/jobs/${jobId}/artifacts/a/b`, 'GET, HEAD'],
  ])('%s %s answers 405 with Allow', async (method, path, allow) => {
    const answer = await test.call(method, typeof path === 'string' ? path : path());
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await answer.json()).toMatchObject({ code: 'http.method-not-allowed' });
  });
});

describe('what only a raw connection can send', () => {
  it('answers bad HTTP plainly', async () => {
    const text = await raw('NONSENSE\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"http.request-malformed"');
  });

  it('refuses an oversize chunked body without reading on', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const token = await bearer();
    const text = await raw(
      `POST /v1/jobs HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(20)}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('http.body-too-large');
  });

  it('refuses a chunked file as soon as it is too large, and the connection lives to say so', async () => {
    const token = await bearer();
    const chunk = `400\r\n${'a'.repeat(0x400)}\r\n`;
    const text = await raw(
      `POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('files.too-large');
  });

  it('refuses two conflicting lengths', async () => {
    const text = await raw(
      'POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('refuses headers that are too long', async () => {
    const text = await raw(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('headers are too long');
  });
});

describe('senders that never finish', () => {
  it('are answered 408 and cut off', async () => {
    const slow = await startGateway({ env: { REQUEST_TIMEOUT_MS: '200' } });
    try {
      const text = await rawTo(
        slow.url,
        'POST /v1/jobs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"ty',
      );
      expect(text).toMatch(/^HTTP\/1\.1 408 /);
      expect(text).toContain('http.request-timeout');
    } finally {
      await slow.stop();
    }
  });
});

it('leaves no bug in the log after all of this', () => {
  const bugs = test.log.filter((line) => line.includes('"level":"error"') || line.includes('internal.bug'));
  expect(bugs).toEqual([]);
});

async function bearer(): Promise<string> {
  const { sign } = await import('../testing/start-gateway.fixture.js');
  return `Bearer ${await sign({})}`;
}

function raw(request: string): Promise<string> {
  return rawTo(test.url, request);
}

/** Sends text as it is and resolves with the first answer's head and body. */
function rawTo(url: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(10_000, () => reject(new Error(`no answer, got: ${answer}`)));
    socket.on('data', (data) => {
      answer += data.toString();
      if (/\r\n\r\n.*\}$/s.test(answer)) done();
    });
    socket.on('close', done);
    socket.on('error', (error) => (answer ? done() : reject(error)));
  });
}
