import { randomUUID } from 'node:crypto';
import { OBJECT_CASES, type ObjectCase, uncoveredObjects } from '../cases/object-cases.js';
import { judgeDocumented } from '../judges/judge-answer.js';
import { judgeForeign } from '../judges/judge-foreign.js';
import type { ApiDocument, Operation } from '../openapi/api-document.js';
import type { Platform } from '../platform/platform.js';
import { MISSING_ID, type Sown, sowObjects } from '../platform/sow-objects.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';
import { judgeOtherDoors } from './object-doors.js';

/** What names no object at all; each answers as documented, never as a bug. */
const MALFORMED = ['x', '0', `${MISSING_ID}0`, '%00', '..%2F..', "'%20or%201=1--", '%7B%7D', 'undefined'];

/** Each route that names an object, with another tenant's: as if there were none. On both storages. */
export const fuzzObjects: FuzzClass = async (ground, tally) => {
  const document = await ground.document();
  const { platform: deployed } = await ground.deployment();
  for (const platform of [await ground.platform(), deployed]) await fuzzForeign(platform, document, tally);
};

/** Also what the specs run against a server that tells too much. */
export async function fuzzForeign(platform: Platform, document: ApiDocument, tally: Tally): Promise<void> {
  for (const name of uncoveredObjects(document.operations))
    tally.note(name, ['it names an object and has no case in object-cases.ts']);
  const theirToken = await platform.tokenFor({ tenant: 'other' });
  const theirs = await sowObjects(platform, theirToken);
  const before = await stateOf(platform, theirs, theirToken);
  const cases = document.operations.flatMap((operation) =>
    (OBJECT_CASES[operation.name] ?? []).map((each) => ({ operation, each })),
  );
  await runBounded(cases, ({ operation, each }) => fuzzCase(platform, tally, operation, each, theirs));
  await judgeOtherDoors(platform, tally, theirs, theirToken);
  tally.note('the foreign objects afterwards', difference(before, await stateOf(platform, theirs, theirToken)));
}

async function fuzzCase(platform: Platform, tally: Tally, operation: Operation, each: ObjectCase, theirs: Sown) {
  const ask = async (id: string) => {
    const path = operation.path.replace('{id}', id).replace('{path}', encodeURI(theirs.artifact)) + (each.query ?? '');
    const request = {
      method: operation.method,
      path,
      headers: each.headers ?? {},
      ...(each.body === undefined ? {} : { body: each.body }),
    };
    const answer = await platform.send(request);
    return { id, answer, request };
  };
  const missing = await ask(MISSING_ID);
  for (const id of [theirs[each.of], randomUUID()]) {
    await tally.run(`${operation.name} of ${each.of}${each.query ?? ''}`, async () => {
      const foreign = await ask(id);
      const faults = [
        ...judgeForeign(foreign, missing),
        ...judgeDocumented(operation, foreign.request, foreign.answer),
      ];
      return faults.length === 0 ? [] : [...faults, describeExchange(foreign.request, foreign.answer)];
    });
  }
  for (const id of MALFORMED) {
    await tally.run(`${operation.name} with the id ${id}`, async () => {
      const { request, answer } = await ask(id);
      const faults = judgeDocumented(operation, request, answer);
      if (answer.status < 400 || answer.status >= 500) faults.push(`a malformed id answers ${answer.status}`);
      return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
    });
  }
}

/** What the owner sees of its objects. */
async function stateOf(platform: Platform, theirs: Sown, token: string): Promise<Record<string, string>> {
  const paths = {
    waiting: `/v1/jobs/${theirs.waiting}`,
    finished: `/v1/jobs/${theirs.finished}`,
    cancelled: `/v1/jobs/${theirs.cancelled}`,
    converted: `/v1/jobs/${theirs.converted}/artifacts`,
    action: `/v1/jobs/actions/${theirs.action}`,
    file: `/v1/files/${theirs.file}`,
    upload: `/v1/files/${theirs.upload}`,
    keys: '/v1/api-keys',
    audit: '/v1/audit',
  };
  const headers = { authorization: `Bearer ${token}` };
  const entries = Object.entries(paths).map(async ([name, path]) => {
    const { status, text } = await platform.send({ method: 'GET', path, headers });
    return [name, `${status} ${text.replace(/"(?:type":"urn:[^"]*|waitingFor":\[[^\]]*\])/g, '')}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function difference(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before)
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} has changed: ${before[name]?.slice(0, 300)} → ${after[name]?.slice(0, 300)}`);
}
