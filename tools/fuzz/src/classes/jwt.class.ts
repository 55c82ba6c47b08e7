import type { TokenIssuer } from '@windlass/testing';
import { forgeClaims, forgeSignatures, GARBAGE, type Honest, hmacToken, signedToken } from '../cases/forge-tokens.js';
import { type FuzzAnswer, type FuzzRequest, sendRequest } from '../http/send-request.js';
import { codeOf, judgeAnswer } from '../judges/judge-answer.js';
import type { Platform } from '../platform/platform.js';
import { type KeyServer, listen } from '../platform/serve-keys.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';

const TENANT = 'jwt';

/** Forged, spoilt and revoked tokens at a gateway with a shared secret and at one with an issuer's keys, by HTTP and as a stream. */
export const fuzzJwt: FuzzClass = async (ground, tally) => {
  const platform = await ground.platform();
  const { keyed, platform: deployed } = await ground.deployment();
  let hits = 0;
  const listener = await listen(() => {
    hits += 1;
    return '{"keys":[]}';
  });
  const bait = { url: `http://127.0.0.1:${listener.port}/keys` };
  try {
    const shared = { url: platform.url, honest: honestBySecret(platform.issuer), name: 'shared secret' };
    await fuzzTokens(shared, bait, tally);
    await fuzzTokens(
      { url: keyed.url, honest: honestByKeys(keyed.keys), name: 'keys' },
      bait,
      tally,
      confusions(keyed.keys),
    );
    await fuzzRevoked(platform, tally);
    await fuzzRevoked(deployed, tally);
    tally.note('calls to addresses that tokens named', hits === 0 ? [] : [`${hits} calls, none is allowed`]);
  } finally {
    await listener.close();
  }
};

export interface TokenTarget {
  url: string;
  name: string;
  honest: Honest;
}

/** The honest token has to come in: else the refusals would say nothing. Also what the specs run against a server that believes all. */
export async function fuzzTokens(
  target: TokenTarget,
  bait: { url: string },
  tally: Tally,
  more: readonly [string, string][] = [],
): Promise<void> {
  await tally.run(`${target.name}: an honest token`, async () => {
    const answer = await ask(target.url, `Bearer ${target.honest.sign(target.honest.claims)}`, false);
    return answer.answer.status === 200 ? [] : [describeExchange(answer.request, answer.answer)];
  });
  const forged = [...forgeSignatures(target.honest, bait), ...forgeClaims(target.honest), ...GARBAGE, ...more];
  const schemes: [string, string][] = [
    ['no token', ''],
    ['another scheme', 'Basic YTpi'],
    ['the scheme alone', 'Bearer'],
    ['two tokens', `Bearer ${target.honest.sign(target.honest.claims)}, Bearer x`],
  ];
  const headers = [...forged.map(([what, token]): [string, string] => [what, `Bearer ${token}`]), ...schemes];
  const cases = headers.flatMap(([what, header]) => [false, true].map((stream) => ({ what, header, stream })));
  await runBounded(cases, ({ what, header, stream }) =>
    tally.run(`${target.name}, ${stream ? 'stream' : 'HTTP'}: ${what}`, () => judgeRefused(target.url, header, stream)),
  );
}

async function judgeRefused(url: string, authorization: string, stream: boolean): Promise<string[]> {
  const { request, answer } = await ask(url, authorization, stream);
  const faults = [...judgeAnswer(request, answer), ...judgeUnauthorized(answer, authorization === '')];
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}

/** 401 with what RFC 6750 wants, and nothing else. */
export function judgeUnauthorized(answer: FuzzAnswer, isMissing: boolean): string[] {
  const challenge = answer.headers['www-authenticate'] ?? 'nothing';
  const expected = isMissing ? 'Bearer realm="windlass"' : 'Bearer realm="windlass", error="invalid_token"';
  const code = isMissing ? 'auth.token-missing' : 'auth.token-invalid';
  return [
    ...(answer.status === 401 ? [] : [`status ${answer.status} instead of 401`]),
    ...(challenge === expected ? [] : [`WWW-Authenticate: ${challenge}`]),
    ...(codeOf(answer) === code ? [] : [`code ${codeOf(answer)} instead of ${code}`]),
  ];
}

async function ask(url: string, authorization: string, stream: boolean) {
  const request: FuzzRequest = {
    method: 'GET',
    path: stream ? '/v1/jobs/0192a0b0-0000-7000-8000-000000000000/events' : '/v1/jobs?limit=1',
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      ...(stream ? { accept: 'text/event-stream' } : {}),
    },
  };
  return { request, answer: await sendRequest(url, request) };
}

export function honestBySecret(issuer: TokenIssuer): Honest {
  const header = { alg: 'HS256' };
  const sign = (claims: unknown, other: object = header) => hmacToken(other, claims, issuer.secret);
  return { claims: claimsOf(issuer.issuer, issuer.audience), header, sign };
}

function honestByKeys(keys: KeyServer): Honest {
  const header = { alg: 'RS256', kid: 'rsa' };
  const sign = (claims: unknown, other: object = header) => signedToken(other, claims, keys.rsa.privateKey);
  return { claims: claimsOf('windlass', 'windlass'), header, sign };
}

function claimsOf(iss: string, aud: string) {
  const now = Math.floor(Date.now() / 1000);
  return { sub: 'fuzz', tenant: TENANT, scope: 'admin', iss, aud, iat: now, exp: now + 3_600 };
}

/** The public key, which everybody has, taken for a secret; one key under the other's id. */
function confusions({ rsa, ec }: KeyServer): [string, string][] {
  const claims = claimsOf('windlass', 'windlass');
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const forms: [string, string | Buffer][] = [
    ['as PEM', pem],
    ['as PEM without the last newline', pem.trim()],
    ['as DER', rsa.publicKey.export({ type: 'spki', format: 'der' })],
    ['as JWK', JSON.stringify(rsa.publicKey.export({ format: 'jwk' }))],
    ['as its modulus', rsa.publicKey.export({ format: 'jwk' }).n ?? ''],
  ];
  return [
    ...forms.map(([how, secret]): [string, string] => [
      `HS256 by the public key ${how}`,
      hmacToken({ alg: 'HS256', kid: 'rsa' }, claims, secret),
    ]),
    ['the RSA key under the id of the EC key', signedToken({ alg: 'RS256', kid: 'ec' }, claims, rsa.privateKey)],
    ['the EC key under the id of the RSA key', signedToken({ alg: 'ES256', kid: 'rsa' }, claims, ec.privateKey)],
    ['the EC key said to be RSA', signedToken({ alg: 'RS256', kid: 'ec' }, claims, ec.privateKey)],
  ];
}

async function fuzzRevoked(platform: Platform, tally: Tally): Promise<void> {
  const token = await platform.tokenFor({ tenant: TENANT });
  const make = (more: object) =>
    platform.call<{ id: string; key: string }>(
      'POST',
      '/v1/api-keys',
      { name: 'x', scopes: ['jobs:read'], ...more },
      token,
    );
  const revoked = await make({});
  const expiring = await make({ expiresAt: new Date(Date.now() + 1_500).toISOString() });
  for (const { key } of [revoked, expiring]) {
    const { answer } = await ask(platform.url, `Bearer ${key}`, false);
    tally.note('a key before its end', answer.status === 200 ? [] : [`answers ${answer.status}`]);
  }
  await platform.call('DELETE', `/v1/api-keys/${revoked.id}`, undefined, token);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  for (const [what, { key }] of Object.entries({ revoked, expired: expiring })) {
    for (const stream of [false, true])
      await tally.run(`${what} API key, ${stream ? 'stream' : 'HTTP'}`, () =>
        judgeRefused(platform.url, `Bearer ${key}`, stream),
      );
  }
}
