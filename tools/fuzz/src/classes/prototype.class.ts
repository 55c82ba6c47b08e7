import { BODILESS, type Json, uncoveredWrites, WRITE_ROUTES } from '../cases/write-routes.js';
import { judgeDocumented } from '../judges/judge-answer.js';
import { itemAnswer } from '../judges/judge-field.js';
import type { ApiDocument, Operation } from '../openapi/api-document.js';
import type { Platform } from '../platform/platform.js';
import { proveHealth } from '../platform/prove-health.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';

/** In no honest request: wherever one of these turns up again, a foreign member has had an effect. */
const CANARY = 'canary';
const CANARY_NUMBER = 999_983;
const CANARY_ID = '0192a0b0-cafe-7000-8000-00000000cafe';

/** Members as JSON text: names that reach prototypes, and names of what only the platform sets. */
const MEMBERS: readonly string[] = [
  `"__proto__":{"${CANARY}":true}`,
  '"__proto__":null',
  '"__proto__":"x"',
  `"\\u005f_proto__":{"${CANARY}":true}`,
  `"__pro\\u0074o__":{"${CANARY}":true}`,
  `"constructor":{"prototype":{"${CANARY}":true}}`,
  `"constructor":"${CANARY}"`,
  `"prototype":{"${CANARY}":true}`,
  '"toString":1',
  '"valueOf":null',
  '"hasOwnProperty":1',
  '"toJSON":"x"',
  '"then":"x"',
  '"length":1000000',
  `"__defineGetter__":"${CANARY}"`,
  `"tenantId":"${CANARY}"`,
  `"tenant_id":"${CANARY}"`,
  `"tenant":"${CANARY}"`,
  `"state":"${CANARY}"`,
  '"state":"succeeded"',
  `"role":"${CANARY}"`,
  '"scope":"admin"',
  `"epoch":${CANARY_NUMBER}`,
  `"run":${CANARY_NUMBER}`,
  `"attempt":${CANARY_NUMBER}`,
  `"id":"${CANARY_ID}"`,
  `"createdBy":"${CANARY}"`,
  `"actor":"${CANARY}"`,
  `"worker":"${CANARY}"`,
  `"secretHash":"${CANARY}"`,
  `"key":"${CANARY}"`,
  '"isAdmin":true',
  `"$set":{"tenantId":"${CANARY}"}`,
  `"createdAt":"2000-01-01T00:00:00Z"`,
];

/** The same by the query: one shape that parsers of queries know for each. */
const QUERIES: readonly string[] = [
  `tenantId=${CANARY}`,
  `__proto__[x]=${CANARY}`,
  `__proto__.x=${CANARY}`,
  `constructor[prototype][x]=${CANARY}`,
  `scope=admin`,
  `id=${CANARY_ID}`,
];

/** Members that no client may set, at each level of each body that writes: refused exactly, or without any effect. */
export const fuzzPrototypes: FuzzClass = async (ground, tally) => {
  const [platform, document] = await Promise.all([ground.platform(), ground.document()]);
  await fuzzMembers(platform, document, tally);
  await tally.run('a job after all of them', () => proveHealth(platform));
};

/** Also what the specs run against a server that takes what it gets. */
export async function fuzzMembers(platform: Platform, document: ApiDocument, tally: Tally): Promise<void> {
  for (const name of uncoveredWrites(document.operations)) tally.note(name, ['it has no case']);
  const cases = document.operations.flatMap((operation) => {
    const route = WRITE_ROUTES[operation.name];
    const levels = route ? ['', ...(LEVELS[operation.name] ?? [])] : operation.name in BODILESS ? [''] : [];
    return [
      ...levels.flatMap((level) => MEMBERS.map((member) => ({ operation, level, member, query: '' }))),
      ...(levels.length === 0 ? [] : QUERIES.map((query) => ({ operation, level: '', member: '', query }))),
    ];
  });
  await runBounded(cases, (each) =>
    tally.run(`${each.operation.name} ${each.level || '/'} ${each.member || `?${each.query}`}`, () =>
      fuzzMember(platform, each.operation, each),
    ),
  );
  const canary = await platform.tokenFor({ tenant: CANARY });
  for (const path of ['/v1/jobs', '/v1/api-keys', '/v1/jobs/actions'])
    await tally.run(`${path} of the tenant that was named`, async () => {
      const { items } = await platform.call<{ items: unknown[] }>('GET', path, undefined, canary);
      return items.length === 0 ? [] : [`it has ${items.length} objects`];
    });
}

/** Objects within the bodies. A job's payload is the client's own and may say what it likes. */
const LEVELS: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/jobs': ['/backoff'],
  'POST /v1/jobs/batch': ['/jobs/0', '/jobs/0/backoff'],
  'POST /v1/jobs/actions': ['/filter'],
  'POST /v1/files/uploads/{id}/complete': ['/parts/0'],
};

async function fuzzMember(
  platform: Platform,
  operation: Operation,
  { level, member, query }: { level: string; member: string; query: string },
): Promise<string[]> {
  const route = WRITE_ROUTES[operation.name];
  const sound = route
    ? await route.make(platform, level)
    : { path: BODILESS[operation.name] ?? operation.path, body: {} as Json };
  const body = member === '' ? JSON.stringify(sound.body) : insertMember(sound.body, level, member);
  const request = {
    method: operation.method,
    path: query === '' ? sound.path : `${sound.path}?${query}`,
    headers: { 'content-type': 'application/json' },
    body,
  };
  const answer = await platform.send(request);
  const faults = judgeDocumented(operation, request, answer);
  const real = itemAnswer(answer);
  if (real.status < 300) {
    const kept =
      route?.readBack && real.text !== '' ? await route.readBack(platform, JSON.parse(answer.text), sound) : {};
    faults.push(
      ...findCanaries(`${answer.text} ${JSON.stringify(answer.headers)}`),
      ...findCanaries(JSON.stringify(kept)),
    );
  }
  return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
}

/** Writes the member in front of what stands in the object at the pointer. */
function insertMember(body: unknown, level: string, member: string): string {
  const at = '@@member@@';
  const mark = (value: unknown, parts: string[]): unknown => {
    const [first, ...rest] = parts;
    if (first === undefined) return { [at]: 1, ...(value as object) };
    if (Array.isArray(value)) return value.map((each, n) => (String(n) === first ? mark(each, rest) : each));
    return { ...(value as object), [first]: mark((value as Json)[first], rest) };
  };
  return JSON.stringify(mark(body, level.split('/').slice(1))).replace(`"${at}":1`, () => member);
}

export function findCanaries(text: string): string[] {
  return [CANARY, String(CANARY_NUMBER), CANARY_ID, '2000-01-01T00:00:00']
    .filter((each) => text.includes(each))
    .map((each) => `"${each}" has had an effect`);
}
