import type { Platform } from '../platform/platform.js';
import { MISSING_ID, type Sown, untilFinished } from '../platform/sow-objects.js';
import type { Tally } from '../report/tally.js';

/** Ways to another tenant's objects that do not name one in the path: lists, cursors, bulk actions, keys, payloads. */
export async function judgeOtherDoors(
  platform: Platform,
  tally: Tally,
  theirs: Sown,
  theirToken: string,
): Promise<void> {
  const ids = Object.values(theirs).filter((value) => /^[0-9a-f-]{36}$/.test(value) && value !== MISSING_ID);
  await judgeLists(platform, tally, ids, theirToken);
  await judgeKeys(platform, tally, theirToken);
  await judgeBulk(platform, tally);
  await tally.run('a payload that names a foreign file', async () => {
    const [foreign, missing] = await Promise.all([theirs.file, MISSING_ID].map((id) => convert(platform, id)));
    return foreign === missing ? [] : [`a foreign file fails as ${foreign}, a missing one as ${missing}`];
  });
}

async function judgeLists(platform: Platform, tally: Tally, ids: string[], theirToken: string): Promise<void> {
  const paths = [
    '/v1/jobs?limit=100',
    '/v1/jobs?tag=sown',
    '/v1/jobs?state=cancelled',
    '/v1/jobs?type=conversion.cad&state=succeeded',
    '/v1/jobs?queue=hash',
    '/v1/jobs/actions',
    '/v1/api-keys',
    '/v1/audit?limit=100',
  ];
  const page = await platform.call<{ nextCursor?: string }>('GET', '/v1/jobs?limit=1', undefined, theirToken);
  if (page.nextCursor !== undefined) paths.push(`/v1/jobs?cursor=${encodeURIComponent(page.nextCursor)}`);
  for (const path of paths) {
    await tally.run(`GET ${path} as another tenant`, async () => {
      const { status, text } = await platform.send({ method: 'GET', path });
      const shown = ids.filter((id) => text.includes(id));
      return [
        ...(status === 200 || path.includes('cursor') ? [] : [`answers ${status}`]),
        ...shown.map((id) => `shows the foreign ${id}`),
      ];
    });
  }
}

/** A key of one tenant is another key of another tenant: nobody learns which ones are taken. */
async function judgeKeys(platform: Platform, tally: Tally, theirToken: string): Promise<void> {
  const send = async (token: string | undefined, headers: Record<string, string>, job: object) => {
    const answer = await platform.send({
      method: 'POST',
      path: '/v1/jobs',
      headers: {
        'content-type': 'application/json',
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ type: 'hash', payload: 1, delay: '1d', ...job }),
    });
    return { status: answer.status, id: (JSON.parse(answer.text) as { id?: string }).id };
  };
  const ways: [string, Record<string, string>, object][] = [
    ['an Idempotency-Key', { 'idempotency-key': 'shared' }, {}],
    ['an Idempotency-Key with another request', { 'idempotency-key': 'shared-2' }, { priority: 9 }],
    ['a dedupeKey', {}, { dedupeKey: 'shared' }],
    ['a dedupeKey to be replaced', {}, { dedupeKey: 'shared-2', onDuplicate: 'replace' }],
  ];
  for (const [what, headers, job] of ways) {
    await tally.run(`${what} of another tenant`, async () => {
      const one = await send(theirToken, headers, job);
      const two = await send(undefined, headers, what.endsWith('request') ? { priority: 1 } : job);
      return two.status === 202 && one.status === 202 && one.id !== two.id
        ? []
        : [`theirs answers ${one.status}, then mine ${two.status}; same id: ${one.id === two.id}`];
    });
  }
}

/** Wide filters; the owner's view is compared by the caller afterwards. */
async function judgeBulk(platform: Platform, tally: Tally): Promise<void> {
  const actions = [
    { action: 'cancel', filter: { tag: 'sown' } },
    { action: 'purge', filter: { state: 'succeeded', createdBefore: '2100-01-01T00:00:00Z' } },
    { action: 'purge', filter: { state: 'cancelled' } },
    { action: 'replay', filter: { tag: 'sown' } },
  ];
  for (const body of actions) {
    await tally.run(`${body.action} of everything as another tenant`, async () => {
      const { id } = await platform.call<{ id: string }>('POST', '/v1/jobs/actions', body);
      await untilDone(platform, id);
      return [];
    });
  }
}

/** At most so many looks, 100 ms apart. */
const MAX_LOOKS = 300;

async function untilDone(platform: Platform, id: string): Promise<void> {
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const { state } = await platform.call<{ state: string }>('GET', `/v1/jobs/actions/${id}`);
    if (state !== 'running') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the action ${id} did not end`);
}

async function convert(platform: Platform, id: string): Promise<string> {
  const job = { type: 'conversion.cad', payload: { file: { id } }, maxAttempts: 1 };
  const submitted = await platform.call<{ id: string }>('POST', '/v1/jobs', job);
  const { state, error } = await untilFinished(platform, submitted.id);
  return `${state} ${error?.code ?? ''} ${(error?.message ?? '').replaceAll(id, '<id>')}`;
}
