import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface Claims {
  [name: string]: unknown;
}

/** Where a gateway could be made to fetch a key from; nobody may ever ask there. */
export interface Bait {
  url: string;
}

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** HMAC; `algorithm` of Node's. */
export function hmacToken(header: object, claims: unknown, secret: string | Buffer, algorithm = 'sha256'): string {
  const head = `${base64url(header)}.${base64url(claims)}`;
  return `${head}.${createHmac(algorithm, secret).update(head).digest('base64url')}`;
}

/** RSA or ECDSA by the kind of key. */
export function signedToken(header: object, claims: unknown, key: KeyObject): string {
  const head = `${base64url(header)}.${base64url(claims)}`;
  return `${head}.${createSign('sha256').update(head).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url')}`;
}

const unsigned = (header: object, claims: unknown) => `${base64url(header)}.${base64url(claims)}.`;

const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** How a gateway's honest tokens are made, for forgeries that are right in all but one thing. */
export interface Honest {
  claims: Claims;
  /** Signs as the issuer does. */
  sign(claims: unknown, header?: object): string;
  header: { alg: string; kid?: string };
}

/** Forgeries by another key or none at all. */
export function forgeSignatures({ claims, sign, header }: Honest, bait: Bait): [string, string][] {
  const whole = sign(claims);
  const [head = '', body = '', signature = ''] = whole.split('.');
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  const x5c = stranger.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const byStranger = (more: object) => signedToken({ alg: 'RS256', ...more }, claims, stranger.privateKey);
  const none = ['none', 'None', 'NONE', 'nOnE', ''].map((alg): [string, string] => [
    `alg "${alg}"`,
    unsigned({ ...header, alg }, claims),
  ]);
  return [
    ...none,
    ['alg none with a signature', `${base64url({ ...header, alg: 'none' })}.${body}.${signature}`],
    ['alg left out', `${base64url({ typ: 'JWT' })}.${body}.${signature}`],
    ['alg in lower case', sign(claims, { ...header, alg: header.alg.toLowerCase() })],
    ['alg as a list', sign(claims, { ...header, alg: [header.alg] })],
    ['HS512', hmacToken({ alg: 'HS512' }, claims, 'x'.repeat(64), 'sha512')],
    ['HS256 by an empty secret', hmacToken({ alg: 'HS256', kid: header.kid }, claims, '')],
    ['HS256 by the word secret', hmacToken({ alg: 'HS256', kid: header.kid }, claims, 'secret')],
    ["a stranger's key", byStranger({ kid: header.kid })],
    ['an embedded jwk', byStranger({ jwk })],
    ['an embedded jwk under a known id', byStranger({ jwk, kid: header.kid })],
    ['a jku', byStranger({ jku: bait.url, kid: 'bait' })],
    ['a jku under a known id', byStranger({ jku: bait.url, kid: header.kid })],
    ['an x5u', byStranger({ x5u: bait.url })],
    ['an x5c', byStranger({ x5c: [x5c] })],
    ['a kid that is a URL', byStranger({ kid: bait.url })],
    ['a kid that is a path', byStranger({ kid: '../../../../dev/null' })],
    ['a kid that is a path, by an empty secret', hmacToken({ alg: 'HS256', kid: '/dev/null' }, claims, '')],
    ['a kid that is SQL', byStranger({ kid: "x' union select 'a' --" })],
    ['a kid that is an object', byStranger({ kid: { $ne: null } })],
    ['crit that nobody knows', byStranger({ crit: ['exp'], kid: header.kid })],
    ['no signature', `${head}.${body}.`],
    ['two parts', `${head}.${body}`],
    ['four parts', `${whole}.${signature}`],
    ['a signature cut short', whole.slice(0, -8)],
    ['claims that were changed', `${head}.${base64url({ ...claims, tenant: 'other' })}.${signature}`],
    ['a header that was changed', `${base64url({ ...header, typ: 'at+jwt' })}.${body}.${signature}`],
  ];
}

/** Signed as the issuer signs, with claims that are not in order. */
export function forgeClaims({ claims, sign }: Honest): [string, string][] {
  const now = Math.floor(Date.now() / 1000);
  const change = (what: string, more: Claims): [string, string] => [what, sign({ ...claims, ...more })];
  const without = (name: string): [string, string] => [
    `no ${name}`,
    sign(Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))),
  ];
  return [
    ...['exp', 'iss', 'aud', 'sub', 'tenant'].map(without),
    change('expired', { exp: now - 1 }),
    change('expired long ago', { exp: 0 }),
    change('exp as text', { exp: String(now + 600) }),
    change('exp that is null', { exp: null }),
    change('exp below zero', { exp: -1 }),
    change('not yet valid', { nbf: now + 600 }),
    change('another issuer', { iss: 'evil' }),
    change('two issuers', { iss: [claims.iss, 'evil'] }),
    change('another audience', { aud: 'evil' }),
    change('an audience that is an object', { aud: { 0: claims.aud } }),
    change('an empty subject', { sub: '' }),
    change('NUL in the subject', { sub: 'a\u0000' }),
    change('a subject that is a number', { sub: 1 }),
    change('a tenant that is a path', { tenant: '../other' }),
    change('a tenant that is an object', { tenant: { $ne: null } }),
    change('two tenants', { tenant: ['fuzz', 'other'] }),
    change('an empty tenant', { tenant: '' }),
    change('a tenant with a line break', { tenant: 'a\nb' }),
    change('an endless tenant', { tenant: 'a'.repeat(65) }),
    change('scopes as a list', { scope: ['admin'] }),
    ['claims that are null', sign(null)],
    ['claims that are a list', sign([])],
    ['claims that are text', sign('x')],
  ];
}

/** No tokens at all. */
export const GARBAGE: readonly [string, string][] = [
  ['garbage', 'garbage'],
  ['dots', '..'],
  ['many dots', '.'.repeat(100)],
  ['a huge token', `${'a'.repeat(6_000)}.${'b'.repeat(4_000)}.c`],
  ['a JSON object', base64url({ tenant: 'fuzz', scope: 'admin' })],
  ['an API key that is not whole', 'wlk_abc'],
  ['an API key that nobody has', `wlk_${'a'.repeat(43)}`],
  ['an API key that is SQL', `wlk_${encodeURIComponent("' or 1=1 --")}`],
  ['an API key one too long', `wlk_${'a'.repeat(44)}`],
];
