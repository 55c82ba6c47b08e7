import { bad, body, type Case, malformed } from './case.fixture.js';

const million = (text: string) => text.repeat(1_000_000);
const path = '/v1/jobs/batch';

/** Of a size that the batch route reads, refused before they are parsed or validated. */
export const COSTLY_BATCHES: Case[] = [
  { name: 'a million items', options: body(`{"jobs":[${million('1,')}1]}`), field: '/jobs' },
  { name: '200,000 items', options: body(`{"jobs":[${'{},'.repeat(200_000)}{}]}`), field: '/jobs' },
  { name: '400,000 keys', options: body(`{${'"k":1,'.repeat(400_000)}"jobs":[]}`) },
  { name: '400,000 keys of one job', options: body(`{"jobs":[{${'"k":1,'.repeat(400_000)}"payload":1}]}`) },
  { name: 'a million tags of one job', options: body(`{"jobs":[{"type":"hash","tags":[${million('1,')}1]}]}`) },
  { name: 'a million objects beside the jobs', options: body(`{"x":[${million('{},')}1],"jobs":[1]}`) },
].map((each) => ({ path, status: 400, code: bad, ...each }));

export const BATCHES: Case[] = [
  { name: 'no body', options: {} },
  { name: 'a list', options: body('[{"type":"hash","payload":1}]') },
  { name: 'null', options: body('null') },
  { name: 'no jobs', options: body('{}'), field: '/jobs' },
  { name: 'jobs that are no list', options: body('{"jobs":{"0":{"type":"hash","payload":1}}}'), field: '/jobs' },
  { name: 'jobs that are null', options: body('{"jobs":null}'), field: '/jobs' },
  { name: 'an empty list', options: body('{"jobs":[]}'), field: '/jobs' },
  { name: '1,001 items', options: body(`{"jobs":[${'{},'.repeat(1_000)}{}]}`), field: '/jobs' },
  { name: 'an unknown field', options: body('{"jobs":[1],"tenantId":"other"}'), field: '/tenantId' },
  { name: 'a field named toString', options: body('{"jobs":[1],"toString":1}'), field: '/toString' },
  { name: 'malformed JSON', options: body('{"jobs":[{]}'), code: malformed },
  {
    name: 'a BOM',
    options: body('\ufeff{"jobs":[{"type":"hash","payload":1}]}'),
    code: malformed,
    says: 'BOM',
  },
  {
    name: '__proto__ in a job',
    options: body('{"jobs":[{"type":"hash","payload":1},{"__proto__":{"admin":true}}]}'),
    code: malformed,
    says: '/jobs/1',
  },
  {
    name: 'constructor.prototype deep in a payload',
    options: body('{"jobs":[{"payload":1},{"payload":2},{"payload":[{"constructor":{"prototype":1}}]}]}'),
    code: malformed,
    says: '/jobs/2',
  },
  { name: '__proto__ beside the jobs', options: body('{"jobs":[1],"__proto__":{}}'), code: malformed },
  {
    name: 'deep nesting',
    options: body(`{"jobs":[{"type":"hash","payload":${'['.repeat(10_000)}${']'.repeat(10_000)}}]}`),
    code: 'http.body-too-deep',
  },
  {
    name: 'nesting one too deep',
    options: body(`{"jobs":[{"type":"hash","payload":${'['.repeat(98)}${']'.repeat(98)}}]}`),
    code: 'http.body-too-deep',
  },
  {
    name: 'more than 4 MiB',
    options: body(`{"jobs":[{"type":"hash","payload":"${'a'.repeat(4_194_304)}"}]}`),
    status: 413,
    code: 'http.body-too-large',
  },
  {
    name: 'a key that leaves no room for an index',
    options: { json: { jobs: [1] }, headers: { 'idempotency-key': 'a'.repeat(252) } },
    field: 'Idempotency-Key',
  },
  {
    name: 'a key with a space',
    options: { json: { jobs: [1] }, headers: { 'idempotency-key': 'a b' } },
    field: 'Idempotency-Key',
  },
].map((each) => ({ path, status: 400, code: bad, ...each }));
