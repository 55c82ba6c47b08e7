import { bad, body, type Case, job, json, malformed } from './case.fixture.js';

const manyKeys = Array.from({ length: 90_000 }, (_, at) => `"k${at}":1`).join(',');
const manyObjects = `[${'{},'.repeat(200_000)}{}]`;

/** Small enough to be read, but validating each member would hold everybody else up for seconds. */
export const COSTLY: Case[] = [
  { name: '90,000 unknown fields', options: body(`{"type":"hash","payload":1,${manyKeys}}`), status: 400, code: bad },
  {
    name: '90,000 unknown fields of backoff',
    options: body(`{"type":"hash","payload":1,"backoff":{${manyKeys}}}`),
    status: 400,
    code: bad,
  },
  {
    name: '200,000 backoffs',
    options: body(`{"type":"hash","payload":1,"backoff":${manyObjects}}`),
    status: 400,
    code: bad,
  },
  {
    name: '200,000 tags',
    options: body(`{"type":"hash","payload":1,"tags":${manyObjects}}`),
    status: 400,
    code: bad,
  },
  { name: '90,000 fields of a key', path: '/v1/api-keys', options: body(`{${manyKeys}}`), status: 400, code: bad },
];

export const BODIES: Case[] = [
  { name: 'malformed JSON', options: body('{"type":'), status: 400, code: malformed },
  { name: 'an empty body', options: body(''), status: 400, code: malformed },
  { name: 'a BOM', options: body('\ufeff{"type":"hash","payload":1}'), status: 400, code: malformed, says: 'BOM' },
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
    field: '/backoff/hasOwnProperty',
  },
];
