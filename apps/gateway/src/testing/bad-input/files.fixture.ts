import type { CallOptions } from '../start-gateway.fixture.js';
import { bad, type Case, malformed } from './case.fixture.js';

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
export const FILES: Case[] = [
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
    name: 'an upload of a type that is none',
    path: '/v1/files/uploads',
    options: { json: { name: 'a', contentType: 'nonsense', size: 1, sha256: '0'.repeat(64) } },
    status: 400,
    code: bad,
    field: '/contentType',
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

export const KEYS: Case[] = [
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
