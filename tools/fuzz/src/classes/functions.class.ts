import { ALL, FALSE_SCOPES, NEEDED_SCOPES, SCOPES, scopeTableFaults } from '../cases/scope-table.js';
import type { FuzzAnswer, FuzzRequest } from '../http/send-request.js';
import { codeOf, judgeAnswer } from '../judges/judge-answer.js';
import type { ApiDocument, Operation } from '../openapi/api-document.js';
import type { Platform } from '../platform/platform.js';
import { MISSING_ID } from '../platform/sow-objects.js';
import { describeExchange } from '../report/describe-exchange.js';
import { runBounded } from '../report/run-bounded.js';
import type { Tally } from '../report/tally.js';
import type { FuzzClass } from './fuzz-class.js';

const TENANT = 'functions';

/** Each operation with a token and an API key of each scope alone, of none, and without a token: allowed as documented, exactly. */
export const fuzzFunctions: FuzzClass = async (ground, tally) => {
  await fuzzScopes(await ground.platform(), await ground.document(), tally);
};

/** Also what the specs run against a server that lets in too many. */
export async function fuzzScopes(platform: Platform, document: ApiDocument, tally: Tally): Promise<void> {
  tally.note('the table of scopes', scopeTableFaults(document.operations));
  const bearers = await makeBearers(platform);
  const cases = document.operations.flatMap((operation) => bearers.map((bearer) => ({ operation, bearer })));
  await runBounded(cases, ({ operation, bearer }) =>
    tally.run(`${operation.name} with ${bearer.what}`, async () => {
      const request = harmless(operation, bearer.token);
      const answer = await platform.send(request);
      const faults = [...judgeAnswer(request, answer), ...judgeAccess(operation.name, bearer, answer)];
      return faults.length === 0 ? [] : [...faults, describeExchange(request, answer)];
    }),
  );
  await judgeGiving(platform, tally);
}

export interface Bearer {
  what: string;
  /** Empty: no Authorization at all. */
  token: string;
  scope: string | undefined;
}

/** Whether who came in was to come in, and who was refused was told why. */
export function judgeAccess(name: string, bearer: Bearer, answer: FuzzAnswer): string[] {
  const needed = NEEDED_SCOPES[name] ?? ALL;
  if (needed === '-')
    return answer.status < 400 || answer.status === 503 ? [] : [`an open route answers ${answer.status}`];
  if (bearer.scope === undefined)
    return answer.status === 401 && codeOf(answer) === 'auth.token-missing'
      ? []
      : [`without a token: ${answer.status}`];
  const isAllowed = bearer.scope === needed || bearer.scope === ALL;
  const isRefused = answer.status === 401 || answer.status === 403;
  if (isAllowed) return isRefused ? [`${bearer.what} is refused: ${answer.status}`] : [];
  const told = answer.headers['www-authenticate'] ?? '';
  const refusedRight =
    answer.status === 403 && codeOf(answer) === 'auth.scope-missing' && told.includes(`scope="${needed}"`);
  return refusedRight ? [] : [`${bearer.what} is not refused by 403 for want of ${needed}: ${answer.status} ${told}`];
}

async function makeBearers(platform: Platform): Promise<Bearer[]> {
  const bearers: Bearer[] = [{ what: 'no token', token: '', scope: undefined }];
  for (const scope of [...SCOPES, ...FALSE_SCOPES])
    bearers.push({
      what: `a token of "${scope}"`,
      token: `Bearer ${await platform.tokenFor({ tenant: TENANT, scope })}`,
      scope,
    });
  const admin = await platform.tokenFor({ tenant: TENANT });
  for (const scope of SCOPES) {
    const { key } = await platform.call<{ key: string }>(
      'POST',
      '/v1/api-keys',
      { name: scope, scopes: [scope] },
      admin,
    );
    bearers.push({ what: `an API key of "${scope}"`, token: `Bearer ${key}`, scope });
  }
  return bearers;
}

/** Names nothing and changes nothing: what is allowed is refused later, for another reason. */
function harmless({ method, path }: Operation, authorization: string): FuzzRequest {
  const named = path.replace('{id}', MISSING_ID).replace('{path}', 'x').replace('{name}', 'functions');
  const json = { 'content-type': 'application/json' };
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{"no such field":1}', type: json };
  return {
    method,
    path: named,
    headers: { authorization, ...('type' in body ? body.type : {}) },
    ...('body' in body ? { body: body.body } : {}),
  };
}

/** Who may make keys gives no more than what it has. */
async function judgeGiving(platform: Platform, tally: Tally): Promise<void> {
  const token = await platform.tokenFor({ tenant: TENANT, scope: 'keys:admin' });
  for (const scope of SCOPES) {
    await tally.run(`a key of "${scope}" made with keys:admin alone`, async () => {
      const request = {
        method: 'POST',
        path: '/v1/api-keys',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'more', scopes: ['keys:admin', scope] }),
      };
      const { status } = await platform.send(request);
      return status === (scope === 'keys:admin' ? 201 : 403) ? [] : [`answers ${status}`];
    });
  }
}
