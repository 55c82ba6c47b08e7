import { afterEach, describe, expect, it } from 'vitest';
import { uncoveredObjects } from './cases/object-cases.js';
import { scopeTableFaults } from './cases/scope-table.js';
import { uncoveredWrites } from './cases/write-routes.js';
import { judgeReply } from './classes/amqp.class.js';
import { judgeAccess } from './classes/functions.class.js';
import { fuzzTokens, honestBySecret } from './classes/jwt.class.js';
import { judgeKept } from './classes/numbers.class.js';
import { findCanaries } from './classes/prototype.class.js';
import { fuzzRaw } from './classes/shape.class.js';
import type { FuzzRequest } from './http/send-request.js';
import { findLeaks } from './judges/find-leak.js';
import { judgeDocumented } from './judges/judge-answer.js';
import { judgeFieldRefusal } from './judges/judge-field.js';
import { judgeForeign } from './judges/judge-foreign.js';
import { readDocument } from './openapi/api-document.js';
import { listen } from './platform/serve-keys.js';
import { Tally } from './report/tally.js';
import { DOCUMENT, ISSUER, type Sin, startCareless } from './testing/careless-server.fixture.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function careless(...sins: Sin[]) {
  const started = await startCareless(...sins);
  closing.push(started.stop);
  return started;
}
const document = readDocument(DOCUMENT);
const operation = (name: string) => document.operations.find((each) => each.name === name)!;
const missing = '0192a0b0-0000-7000-8000-000000000000';
const post = (body: string): FuzzRequest => ({
  method: 'POST',
  path: '/v1/things',
  headers: { 'content-type': 'application/json' },
  body,
});
const read: FuzzRequest = { method: 'GET', path: `/v1/things/${missing}` };

describe('an answer is judged by the document', () => {
  const cases: [Sin, FuzzRequest, RegExp][] = [
    ['answers-500', read, /status 500/],
    ['leaks-a-stack', read, /stack trace|place in the source|path of the machine/],
    ['no-request-id', read, /no X-Request-Id/],
    ['wrong-content-type', read, /text\/html/],
    ['undocumented-status', post('{"name":"a"}'), /status 203 is not documented/],
    ['undocumented-field', post('{"name":"a"}'), /additional properties.*secretHash/],
    ['503-without-retry-after', read, /503 without Retry-After/],
  ];
  it.each(cases)('and a server that %s is found out', async (sin, request, why) => {
    const { platform } = await careless(sin);
    const faults = judgeDocumented(
      operation(request.method === 'POST' ? 'POST /v1/things' : 'GET /v1/things/{id}'),
      request,
      await platform.send(request),
    );
    expect(faults.join('; ')).toMatch(why);
  });

  it('and a sound one passes', async () => {
    const { platform } = await careless();
    for (const request of [read, post('{"name":"a"}'), post('{"x":1}'), post('{')]) {
      const name = request.method === 'POST' ? 'POST /v1/things' : 'GET /v1/things/{id}';
      expect(judgeDocumented(operation(name), request, await platform.send(request))).toEqual([]);
    }
  });

  it('an echo of the request is no leak, the same text of the server is one', () => {
    const text = 'There is no type "select x from jobs".';
    expect(findLeaks(text, 'select x from jobs')).toEqual([]);
    expect(findLeaks(text, '')).toHaveLength(1);
    expect(findLeaks(JSON.stringify({ detail: 'x\n    at find (/srv/find.js:1:2)' }), '')).not.toEqual([]);
    expect(
      findLeaks(JSON.stringify({ detail: 'relation "jobs"' }), JSON.stringify({ type: 'relation "jobs"' })),
    ).toEqual([]);
    for (const leak of [
      'relation "jobs"',
      'ECONNREFUSED 10.0.0.1',
      'TypeError: x',
      'amqp://mq',
      'windlass_engine',
      'see dispatch.ts:12',
    ])
      expect(findLeaks(leak, ''), leak).not.toEqual([]);
  });
});

describe("another tenant's object", () => {
  it.each([
    ['foreign-403', /answers 403, a missing one 404/],
    ['foreign-header', /headers differ/],
  ] as [Sin, RegExp][])('that shows by %s is found out', async (sin, why) => {
    const { platform, theirs } = await careless(sin);
    const ask = async (id: string) => ({
      id,
      answer: await platform.send({ method: 'GET', path: `/v1/things/${id}` }),
    });
    expect(judgeForeign(await ask(theirs), await ask(missing)).join()).toMatch(why);
  });

  it('that answers as a missing one passes', async () => {
    const { platform, theirs } = await careless();
    const ask = async (id: string) => ({
      id,
      answer: await platform.send({ method: 'GET', path: `/v1/things/${id}` }),
    });
    expect(judgeForeign(await ask(theirs), await ask(missing))).toEqual([]);
  });

  it('a route that no table knows is told', () => {
    const operations = [{ name: 'GET /v1/things/{id}', method: 'GET', path: '/v1/things/{id}' }];
    expect(uncoveredObjects(operations)).toEqual(['GET /v1/things/{id}']);
    expect(scopeTableFaults(operations).join()).toContain('GET /v1/things/{id} has no line');
    expect(uncoveredWrites([{ name: 'POST /v1/things', method: 'POST', path: '/v1/things' }])).toHaveLength(1);
  });
});

describe('tokens', () => {
  async function tokensAt(...sins: Sin[]) {
    const { platform } = await careless(...sins);
    let hits = 0;
    const bait = await listen(() => {
      hits += 1;
      return '{}';
    });
    closing.push(bait.close);
    const tally = new Tally();
    const target = { url: platform.url, name: 'x', honest: honestBySecret(ISSUER) };
    await fuzzTokens(target, { url: `http://127.0.0.1:${bait.port}/` }, tally);
    return { failed: tally.failures.map((failure) => failure.case), hits, cases: tally.result.cases };
  }

  it('that claim alg none are found out where they are believed', async () => {
    const { failed, cases } = await tokensAt('believes-alg-none');
    expect(failed).toEqual(expect.arrayContaining(['x, HTTP: alg "none"', 'x, stream: alg "none"']));
    expect(cases).toBeGreaterThan(80);
  });

  it('that name an address are seen to be followed', async () => {
    expect((await tokensAt('fetches-jku')).hits).toBeGreaterThan(0);
    expect((await tokensAt()).hits).toBe(0);
  });

  it('that lack a scope must be refused, and the others not', () => {
    const answer = (status: number, code = 'x') => ({
      status,
      headers: { 'content-type': 'application/problem+json', 'www-authenticate': 'scope="jobs:write"' },
      text: JSON.stringify({ code }),
      cut: false,
    });
    const reader = { what: 'a reader', token: 'x', scope: 'jobs:read' };
    expect(judgeAccess('POST /v1/jobs', reader, answer(202))).toHaveLength(1);
    expect(judgeAccess('POST /v1/jobs', reader, answer(403, 'auth.scope-missing'))).toEqual([]);
    expect(judgeAccess('GET /v1/jobs', reader, answer(403, 'auth.scope-missing'))).toHaveLength(1);
    expect(judgeAccess('GET /v1/jobs', { ...reader, scope: undefined }, answer(200))).toHaveLength(1);
  });
});

describe('raw bytes', () => {
  it('that a server takes without a look are found, each by its name', async () => {
    const { platform } = await careless();
    const tally = new Tally();
    await fuzzRaw(platform, tally);
    const failed = tally.failures.map((failure) => failure.case);
    expect(failed).toEqual(expect.arrayContaining(['a gzip bomb', 'a payload 10000 deep', 'a million keys']));
  }, 60_000);
});

describe('an answer of core to a forger', () => {
  const reply = (kind: string, body: object) => JSON.stringify({ v: 1, minReader: 1, kind, body });
  it('is found when it is a bug, tells of the inside or of the victim', () => {
    expect(judgeReply(reply('fault.reply', { code: 'internal.bug' }), '', 'id')).toHaveLength(1);
    expect(
      judgeReply(reply('fault.reply', { code: 'x', detail: 'relation "jobs" is missing' }), '', 'id'),
    ).toHaveLength(1);
    expect(judgeReply(reply('read.job.reply', { id: 'id' }), '', 'id')).toHaveLength(1);
    expect(
      judgeReply(reply('report.attempts.reply', { items: [{ jobId: 'id', status: 'recorded' }] }), '', 'id'),
    ).toHaveLength(1);
  });
  it('passes when it is fenced or unreadable', () => {
    expect(judgeReply(reply('beat.worker.reply', { fenced: ['id'] }), '', 'id')).toEqual([]);
    expect(judgeReply(reply('fault.reply', { code: 'broker.unreadable' }), '', 'id')).toEqual([]);
  });
});

describe('what was sent is refused by name or kept as it was', () => {
  const sizeAt = { pointer: '/size', schema: { type: 'integer', minimum: 0, maximum: 10 } };

  it('members that had an effect are found by their values', async () => {
    const { platform } = await careless('takes-foreign-members');
    const { text } = await platform.send(post('{"tenantId":"canary","epoch":999983}'));
    expect(findCanaries(text)).toHaveLength(2);
    const sound = await careless();
    expect(findCanaries(JSON.stringify(JSON.parse((await sound.platform.send(post('{"name":"a"}'))).text)))).toEqual(
      [],
    );
  });

  it('a refusal that does not name the field is found', async () => {
    const bad = await careless('names-no-field');
    const good = await careless();
    const request = post('{"name":"a\\u0000"}');
    expect(judgeFieldRefusal(await bad.platform.send(request), '/name')).toHaveLength(1);
    expect(judgeFieldRefusal(await good.platform.send(request), '/name')).toEqual([]);
    expect(judgeFieldRefusal(await good.platform.send(request), '/size')).toHaveLength(1);
  });

  it.each([
    ['1.5', 2, /whole number/],
    ['11', 11, /was accepted, from 0 to 10/],
    ['1e400', 0, /as a number/],
    ['"1"', 1, /as a number/],
    ['5', 4, /is kept as 4/],
  ])('the number %s kept as %s is found', (raw, kept, why) => {
    expect(judgeKept(sizeAt, raw, kept).join()).toMatch(why);
  });

  it('honest numbers pass', () => {
    for (const [raw, kept] of [
      ['1.0', 1],
      ['-0', 0],
      ['10', 10],
    ] as const)
      expect(judgeKept(sizeAt, raw, kept)).toEqual([]);
  });
});
