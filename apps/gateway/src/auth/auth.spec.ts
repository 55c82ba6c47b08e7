import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET, sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';
import { SCOPES } from './principal.js';

const now = () => Math.floor(Date.now() / 1000);
const good = () => ({
  sub: 'tester',
  tenant: 'acme',
  scope: 'jobs:read',
  iss: 'windlass',
  aud: 'windlass',
  exp: now() + 600,
});
const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function hs(header: object, claims: object, secret: string | Buffer, algorithm = 'sha256'): string {
  const head = `${base64url(header)}.${base64url(claims)}`;
  return `${head}.${createHmac(algorithm, secret).update(head).digest('base64url')}`;
}

function asymmetric(header: object, claims: object, key: KeyObject): string {
  const head = `${base64url(header)}.${base64url(claims)}`;
  const signer = createSign('sha256').update(head);
  return `${head}.${signer.sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url')}`;
}

const jwt = { alg: 'HS256', typ: 'JWT' };
const without = (name: string) => Object.fromEntries(Object.entries(good()).filter(([key]) => key !== name));

describe('with a shared secret', () => {
  let test: TestGateway;
  beforeAll(async () => {
    test = await startGateway();
  });
  afterAll(() => test.stop());
  const status = async (token: string | null, path = '/v1/jobs') => (await test.call('GET', path, { token })).status;

  it('admits a token that is in order', async () => {
    expect(await status(hs(jwt, good(), SECRET))).toBe(200);
    expect(await status(hs(jwt, { ...good(), aud: ['other', 'windlass'] }, SECRET))).toBe(200);
  });

  const embedded = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const refused: [string, () => string][] = [
    ['alg none', () => `${base64url({ alg: 'none' })}.${base64url(good())}.`],
    ['alg None', () => `${base64url({ alg: 'None' })}.${base64url(good())}.`],
    ['alg none with a signature', () => hs({ alg: 'none' }, good(), SECRET)],
    ['alg left out', () => hs({ typ: 'JWT' }, good(), SECRET)],
    ['alg HS512 with the right secret', () => hs({ alg: 'HS512' }, good(), SECRET, 'sha512')],
    ['alg RS256 with an own key', () => asymmetric({ alg: 'RS256' }, good(), embedded.privateKey)],
    [
      'an embedded jwk',
      () =>
        asymmetric({ alg: 'RS256', jwk: embedded.publicKey.export({ format: 'jwk' }) }, good(), embedded.privateKey),
    ],
    ['another secret', () => hs(jwt, good(), `${SECRET}x`)],
    ['an empty secret', () => hs(jwt, good(), '')],
    ['no signature', () => `${base64url(jwt)}.${base64url(good())}.`],
    ['two parts', () => `${base64url(jwt)}.${base64url(good())}`],
    [
      'claims that were changed',
      () => hs(jwt, good(), SECRET).replace(/\.(.*)\./, `.${base64url({ ...good(), tenant: 'other' })}.`),
    ],
    ['a kid that is a path', () => hs({ ...jwt, kid: '../../../../dev/null' }, good(), '')],
    ['a kid that is SQL', () => hs({ ...jwt, kid: "' union select 'x' --" }, good(), 'x')],
    ['expired', () => hs(jwt, { ...good(), exp: now() - 1 }, SECRET)],
    ['no exp', () => hs(jwt, without('exp'), SECRET)],
    ['exp as text', () => hs(jwt, { ...good(), exp: String(now() + 600) }, SECRET)],
    ['exp null', () => hs(jwt, { ...good(), exp: null }, SECRET)],
    ['not yet valid', () => hs(jwt, { ...good(), nbf: now() + 600 }, SECRET)],
    ['another issuer', () => hs(jwt, { ...good(), iss: 'evil' }, SECRET)],
    ['no issuer', () => hs(jwt, without('iss'), SECRET)],
    ['another audience', () => hs(jwt, { ...good(), aud: 'evil' }, SECRET)],
    ['no audience', () => hs(jwt, without('aud'), SECRET)],
    ['no subject', () => hs(jwt, without('sub'), SECRET)],
    ['NUL in the subject', () => hs(jwt, { ...good(), sub: 'a\u0000' }, SECRET)],
    ['no tenant', () => hs(jwt, without('tenant'), SECRET)],
    ['a tenant that is a path', () => hs(jwt, { ...good(), tenant: '../other' }, SECRET)],
    ['a tenant that is an object', () => hs(jwt, { ...good(), tenant: { $ne: null } }, SECRET)],
    ['scopes as a list', () => hs(jwt, { ...good(), scope: ['admin'] }, SECRET)],
    ['garbage', () => 'garbage'],
    ['dots', () => '..'],
    ['claims that are null', () => hs(jwt, 'null' as unknown as object, SECRET)],
    ['claims that are a list', () => hs(jwt, [], SECRET)],
    ['claims that are no JSON', () => hs(jwt, 'x' as unknown as object, SECRET)],
    ['an API key that is not whole', () => 'wlk_abc'],
    ['an API key that nobody has', () => `wlk_${'a'.repeat(43)}`],
  ];
  it.each(refused)('refuses %s by 401', async (_name, token) => {
    const answer = await test.call('GET', '/v1/jobs', { token: token() });
    const text = await answer.text();
    expect(answer.status, text).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="windlass", error="invalid_token"');
    expect(JSON.parse(text)).toMatchObject({ code: 'auth.token-invalid' });
  });

  it('asks for a token when there is none', async () => {
    const answer = await test.call('GET', '/v1/jobs', { token: null });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="windlass"');
    expect(await answer.json()).toMatchObject({ code: 'auth.token-missing' });
  });

  it('refuses another scheme', async () => {
    const answer = await test.call('GET', '/v1/jobs', { headers: { authorization: 'Basic YTpi' } });
    expect(answer.status).toBe(401);
  });

  it('refuses a remembered token once it has expired', async () => {
    const token = hs(jwt, { ...good(), exp: now() + 1 }, SECRET);
    expect(await status(token)).toBe(200);
    await expect.poll(() => status(token), { timeout: 5_000, interval: 100 }).toBe(401);
  });

  const routes: [string, string, string][] = [
    ['POST', '/v1/jobs', 'jobs:write'],
    ['POST', '/v1/jobs/batch', 'jobs:write'],
    ['POST', '/v1/jobs/x/cancel', 'jobs:write'],
    ['POST', '/v1/jobs/x/replay', 'jobs:write'],
    ['POST', '/v1/jobs/actions', 'jobs:write'],
    ['GET', '/v1/jobs/actions', 'jobs:read'],
    ['GET', '/v1/jobs/actions/x', 'jobs:read'],
    ['DELETE', '/v1/jobs/actions/x', 'jobs:write'],
    ['GET', '/v1/jobs', 'jobs:read'],
    ['GET', '/v1/jobs/x', 'jobs:read'],
    ['GET', '/v1/jobs/x/logs', 'jobs:read'],
    ['GET', '/v1/jobs/x/result', 'jobs:read'],
    ['GET', '/v1/jobs/x/events', 'jobs:read'],
    ['GET', '/v1/jobs/x/artifacts', 'jobs:read'],
    ['GET', '/v1/jobs/x/artifacts/y', 'jobs:read'],
    ['GET', '/v1/job-types', 'jobs:read'],
    ['POST', '/v1/files', 'files:write'],
    ['POST', '/v1/files/uploads', 'files:write'],
    ['POST', '/v1/files/uploads/x/complete', 'files:write'],
    ['DELETE', '/v1/files/uploads/x', 'files:write'],
    ['GET', '/v1/files/x', 'files:read'],
    ['GET', '/v1/files/x/content', 'files:read'],
    ['GET', '/v1/queues', 'queues:read'],
    ['GET', '/v1/queues/q', 'queues:read'],
    ['PUT', '/v1/queues/q', 'queues:write'],
    ['DELETE', '/v1/queues/q', 'queues:write'],
    ['POST', '/v1/queues/q/pause', 'queues:write'],
    ['POST', '/v1/queues/q/resume', 'queues:write'],
    ['POST', '/v1/queues/q/purge', 'queues:write'],
    ['GET', '/v1/audit', 'audit:read'],
    ['POST', '/v1/api-keys', 'keys:admin'],
    ['GET', '/v1/api-keys', 'keys:admin'],
    ['DELETE', '/v1/api-keys/x', 'keys:admin'],
  ];
  const scopes = SCOPES.filter((scope) => scope !== 'admin');

  it.each(routes)('%s %s admits %s and admin, nobody else', async (method, path, needed) => {
    const others = scopes.filter((scope) => scope !== needed).join(' ');
    const lacking = await test.call(method, path, { token: await sign({ claims: { scope: others } }) });
    expect(lacking.status).toBe(403);
    expect(lacking.headers.get('www-authenticate')).toContain(`scope="${needed}"`);
    for (const scope of [needed, 'admin']) {
      const admitted = await test.call(method, path, { token: await sign({ claims: { scope } }) });
      expect([401, 403]).not.toContain(admitted.status);
    }
    expect((await test.call(method, path, { token: null })).status).toBe(401);
  });

  it('knows every route under /v1 in the table above', () => {
    const known = test.gateway.routes
      .list()
      .filter((route) => route.url.startsWith('/v1'))
      .flatMap((route) =>
        route.methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${route.url}`),
      );
    const tested = routes.map(
      ([method, path]) =>
        `${method} ${path.replace('/x', '/:id').replace('/y', '/*').replace('/q/', '/:name/').replace(/\/q$/, '/:name')}`,
    );
    expect(known.sort()).toEqual(tested.sort());
  });

  it('needs no token outside /v1', async () => {
    for (const path of ['/health/live', '/docs', '/docs-json', '/'])
      expect([200, 302]).toContain(await status(null, path));
  });

  it('writes no token into the log', async () => {
    const token = hs(jwt, { ...good(), iss: 'evil' }, SECRET);
    await status(token);
    const text = test.log.join('');
    expect(text.length).toBeGreaterThan(0);
    for (const part of token.split('.').slice(1)) expect(text).not.toContain(part);
  });
});

describe('with the keys of an issuer', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let issuer: Server;
  let test: TestGateway;
  beforeAll(async () => {
    const keys = [
      { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig', alg: 'RS256' },
      { ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec', use: 'sig', alg: 'ES256' },
    ];
    issuer = createServer((_request, response) => response.end(JSON.stringify({ keys }))).listen(0, '127.0.0.1');
    await new Promise((resolve) => issuer.once('listening', resolve));
    const { port } = issuer.address() as AddressInfo;
    test = await startGateway({ env: { JWT_SECRET: undefined, JWKS_URL: `http://127.0.0.1:${port}/jwks.json` } });
  });
  afterAll(async () => {
    await test.stop();
    issuer.close();
  });
  const status = async (token: string) => (await test.call('GET', '/v1/jobs', { token })).status;
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });

  it('admits RS256 and ES256 by key id', async () => {
    expect(await status(asymmetric({ alg: 'RS256', kid: 'rsa' }, good(), rsa.privateKey))).toBe(200);
    expect(await status(asymmetric({ alg: 'ES256', kid: 'ec' }, good(), ec.privateKey))).toBe(200);
  });

  const refused: [string, () => string][] = [
    ['HS256 signed with the public key as secret', () => hs({ alg: 'HS256', kid: 'rsa' }, good(), pem)],
    [
      'HS256 signed with the public key, without its last newline',
      () => hs({ alg: 'HS256', kid: 'rsa' }, good(), pem.toString().trim()),
    ],
    ['alg none', () => `${base64url({ alg: 'none', kid: 'rsa' })}.${base64url(good())}.`],
    ["a stranger's key under a known id", () => asymmetric({ alg: 'RS256', kid: 'rsa' }, good(), stranger.privateKey)],
    ['an unknown key id', () => asymmetric({ alg: 'RS256', kid: 'nobody' }, good(), stranger.privateKey)],
    [
      'a key id that is a path',
      () => asymmetric({ alg: 'RS256', kid: '../../etc/passwd' }, good(), stranger.privateKey),
    ],
    [
      'an embedded jwk',
      () =>
        asymmetric(
          { alg: 'RS256', jwk: stranger.publicKey.export({ format: 'jwk' }), kid: 'rsa' },
          good(),
          stranger.privateKey,
        ),
    ],
    [
      'a jku of its own',
      () => asymmetric({ alg: 'RS256', jku: 'http://127.0.0.1:1/', kid: 'other' }, good(), stranger.privateKey),
    ],
    ['an RSA key under the id of the EC key', () => asymmetric({ alg: 'RS256', kid: 'ec' }, good(), rsa.privateKey)],
    ['expired', () => asymmetric({ alg: 'RS256', kid: 'rsa' }, { ...good(), exp: now() - 1 }, rsa.privateKey)],
  ];
  it.each(refused)('refuses %s by 401', async (_name, token) => {
    expect(await status(token())).toBe(401);
  });

  it('answers 503 while the issuer cannot be reached', async () => {
    const lonely = await startGateway({ env: { JWT_SECRET: undefined, JWKS_URL: 'http://127.0.0.1:1/jwks.json' } });
    try {
      const token = asymmetric({ alg: 'RS256', kid: 'rsa' }, good(), rsa.privateKey);
      const answer = await lonely.call('GET', '/v1/jobs', { token });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'auth.keys-unavailable' });
    } finally {
      await lonely.stop();
    }
  });
});
