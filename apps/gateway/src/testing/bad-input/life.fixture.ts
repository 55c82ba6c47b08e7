import { bad, body, type Case, malformed } from './case.fixture.js';

const unknownId = '0192a0b0-0000-7000-8000-000000000000';
/** What is no id names nothing. */
const ids = ['x', '%00', `${unknownId}0`, '..%2f..', "'%20or%201=1--", unknownId];

const perId: [string, string, string][] = [
  ['POST', 'jobs/:id/cancel', 'read.job-unknown'],
  ['POST', 'jobs/:id/replay', 'read.job-unknown'],
  ['GET', 'jobs/:id/logs', 'read.job-unknown'],
  ['GET', 'jobs/:id/events', 'read.job-unknown'],
  ['GET', 'jobs/actions/:id', 'actions.unknown'],
  ['DELETE', 'jobs/actions/:id', 'actions.unknown'],
];

const names = ['x.', 'A', '%00', '..%2fa', 'a%20b', 'a'.repeat(101), 'nope'];
const perQueue: [string, string][] = [
  ['GET', ''],
  ['DELETE', ''],
  ['POST', '/pause'],
  ['POST', '/resume'],
  ['POST', '/purge'],
];

/** Routes that take no body, or whose body may be left out. */
const bodiless: [string, string][] = [
  ['POST', `/v1/jobs/${unknownId}/replay`],
  ['DELETE', `/v1/jobs/actions/${unknownId}`],
  ['POST', '/v1/queues/hash/pause'],
  ['POST', '/v1/queues/hash/resume'],
  ['POST', '/v1/queues/hash/purge'],
  ['DELETE', '/v1/queues/hash'],
];
const optional: [string, string][] = [
  ['POST', `/v1/jobs/${unknownId}/cancel`],
  ['PUT', '/v1/queues/made'],
];

const IDS: Case[] = [
  ...perId.flatMap(([method, path, code]) =>
    ids.map((id) => ({
      name: `${method} ${path} with the id ${id}`,
      method,
      path: `/v1/${path.replace(':id', id)}`,
      options: {},
      status: 404,
      code,
    })),
  ),
  ...perQueue.flatMap(([method, rest]) =>
    names.map((name) => ({
      name: `${method} of the queue ${name}${rest}`,
      method,
      path: `/v1/queues/${name}${rest}`,
      options: {},
      status: 404,
      code: 'queues.unknown',
    })),
  ),
  ...names.slice(0, -1).map((name) => ({
    name: `a queue to be made as ${name}`,
    method: 'PUT',
    path: `/v1/queues/${name}`,
    options: { json: {} },
    status: 400,
    code: bad,
    field: 'name',
  })),
];

const REFUSED_BODIES: Case[] = [...bodiless, ...optional].flatMap(([method, path]) => [
  { name: `${method} ${path}: malformed`, method, path, options: body('{'), status: 400, code: malformed },
  { name: `${method} ${path}: a list`, method, path, options: body('[]'), status: 400, code: bad },
  { name: `${method} ${path}: text`, method, path, options: body('"x"'), status: 400, code: bad },
  {
    name: `${method} ${path}: mass assignment`,
    method,
    path,
    options: body('{"tenantId":"other"}'),
    status: 400,
    code: bad,
    field: '/tenantId',
  },
  {
    name: `${method} ${path}: another type`,
    method,
    path,
    options: { body: '{}', headers: { 'content-type': 'text/plain' } },
    status: 415,
    code: 'http.content-type-unsupported',
  },
]);

const FIELDS: Case[] = [
  ...['1', '[]', '""', '"a\\u0000"', '"\\ud800"', '"a\\nb"', `"${'a'.repeat(501)}"`].map((text) => ({
    name: `a reason of ${text.slice(0, 20)}`,
    path: `/v1/jobs/${unknownId}/cancel`,
    options: body(`{"reason":${text}}`),
    field: '/reason',
  })),
  ...['-1', '-0', '0.5', '1000001', '9007199254740993', '1e400', '"5"', 'true', '[1]', '{}'].map((text) => ({
    name: `maxRunning ${text}`,
    method: 'PUT',
    path: '/v1/queues/made',
    options: body(`{"maxRunning":${text}}`),
    field: '/maxRunning',
  })),
].map((each) => ({ status: 400, code: bad, ...each }));

const action = (filter: string, extra = '') => body(`{"action":"replay","filter":${filter}${extra}}`);
const ACTIONS: Case[] = [
  { name: 'no body', options: {} },
  { name: 'no action', options: body('{"filter":{"type":"hash"}}'), field: '/action' },
  { name: 'an unknown action', options: body('{"action":"destroy","filter":{"type":"hash"}}'), field: '/action' },
  { name: 'no filter', options: body('{"action":"replay"}'), field: '/filter' },
  { name: 'a filter that is null', options: action('null'), field: '/filter' },
  { name: 'a filter that is a list', options: action('[]'), field: '/filter' },
  { name: 'an empty filter', options: action('{}'), field: '/filter' },
  { name: 'a filter of nulls', options: action('{"type":null,"state":null}'), field: '/filter' },
  { name: 'an unknown filter', options: action('{"tenantId":"other"}'), field: '/filter/tenantId' },
  { name: 'an unknown state', options: action('{"state":"happy"}'), field: '/filter/state' },
  { name: 'an unknown outcome', options: action('{"outcome":"nice"}'), field: '/filter/outcome' },
  { name: 'NUL in a type', options: action('{"type":"a\\u0000"}'), field: '/filter/type' },
  { name: 'a lone surrogate in a tag', options: action('{"tag":"\\ud800"}'), field: '/filter/tag' },
  { name: 'a queue that cannot be', options: action('{"queue":"A"}'), field: '/filter/queue' },
  {
    name: 'a time without zone',
    options: action('{"createdAfter":"2026-01-01T00:00:00"}'),
    field: '/filter/createdAfter',
  },
  { name: 'year 10000', options: action('{"createdBefore":"10000-01-01T00:00:00Z"}'), field: '/filter/createdBefore' },
  {
    name: 'an end before its beginning',
    options: action('{"createdAfter":"2026-01-02T00:00:00Z","createdBefore":"2026-01-01T00:00:00Z"}'),
    field: '/filter/createdBefore',
  },
  { name: 'a replay of running jobs', options: action('{"state":"running"}'), field: '/filter/state' },
  {
    name: 'a purge of everything',
    options: body('{"action":"purge","filter":{"type":"hash"}}'),
    field: '/filter/state',
  },
  {
    name: 'a purge of running jobs',
    options: body('{"action":"purge","filter":{"state":"running"}}'),
    field: '/filter/state',
  },
  {
    name: 'a cancel of failed jobs',
    options: body('{"action":"cancel","filter":{"state":"failed"}}'),
    field: '/filter/state',
  },
  { name: 'no jobs', options: action('{"type":"hash"}', ',"maxJobs":0'), field: '/maxJobs' },
  { name: '100,001 jobs', options: action('{"type":"hash"}', ',"maxJobs":100001'), field: '/maxJobs' },
  { name: '1e400 jobs', options: action('{"type":"hash"}', ',"maxJobs":1e400'), field: '/maxJobs' },
  { name: 'jobs as text', options: action('{"type":"hash"}', ',"maxJobs":"5"'), field: '/maxJobs' },
  { name: 'an unknown field', options: action('{"type":"hash"}', ',"actor":"root"'), field: '/actor' },
].map((each) => ({ path: '/v1/jobs/actions', status: 400, code: bad, ...each }));

const logs = `/v1/jobs/${unknownId}/logs`;
const events = `/v1/jobs/${unknownId}/events`;
const places = ['', '1', '1.1', '1.1.1.1', '0.1.1', '1.1.-1', '1.1.x', '1.1.2147483648', '1e3.1.1', '1.1.1%00'];
const stream = (id: string) => ({ headers: { accept: 'text/event-stream', 'last-event-id': id } });
const QUERIES: Case[] = [
  ...places.map((place) => ({ name: `logs after ${place}`, path: `${logs}?after=${place}` })),
  ...places.slice(0, -1).map((place) => ({
    name: `logs behind the id ${place}`,
    path: logs,
    options: stream(place),
    field: 'Last-Event-ID',
  })),
  ...places.map((place) => ({ name: `events after ${place}`, path: `${events}?after=${place}` })),
  ...places.slice(0, -1).map((place) => ({
    name: `events behind the id ${place}`,
    path: events,
    options: stream(place),
    field: 'Last-Event-ID',
  })),
  ...['0', '1001', '1.5', 'x', ''].map((limit) => ({
    name: `${limit || 'empty'} as limit of events`,
    path: `${events}?limit=${limit}`,
    field: '/limit',
  })),
  { name: 'an unknown parameter of events', path: `${events}?known=1`, field: '/known' },
  ...['0', '1001', '-0', '1.5', 'x', ''].map((limit) => ({
    name: `${limit || 'empty'} as limit of logs`,
    path: `${logs}?limit=${limit}`,
    field: '/limit',
  })),
  { name: 'an unknown level', path: `${logs}?level=loud`, field: '/level' },
  { name: 'two levels', path: `${logs}?level=info&level=warn`, field: '/level' },
  ...['/v1/queues', '/v1/queues/hash', '/v1/jobs/actions', `/v1/jobs/actions/${unknownId}`].map((path) => ({
    name: `an unknown parameter of ${path}`,
    path: `${path}?tenant=other`,
    field: '/tenant',
  })),
  { name: 'an unknown parameter of logs', path: `${logs}?tenant=other`, field: '/tenant' },
  { name: 'jobs of a queue that cannot be', path: '/v1/jobs?queue=A', field: '/queue' },
  { name: 'NUL in a queue', path: '/v1/jobs?queue=a%00', field: '/queue' },
  { name: 'limit 101 of the audit', path: '/v1/audit?limit=101', field: '/limit' },
  { name: 'another tenant of the audit', path: '/v1/audit?tenantId=other', field: '/tenantId' },
  { name: 'a bad cursor of the audit', path: '/v1/audit?cursor=abc', code: 'read.cursor-invalid' },
].map((each) => ({ method: 'GET', options: {}, status: 400, code: bad, ...each }));

export const LIFE: Case[] = [...IDS, ...REFUSED_BODIES, ...FIELDS, ...ACTIONS, ...QUERIES];
