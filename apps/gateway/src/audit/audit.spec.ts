import { systemRuntime } from '@windlass/clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
  const entry = { at: 1_700_000_000_000, actor: 'eva', action: 'queues.pause' };
  for (let n = 0; n < 5; n += 1) {
    const object = `queue-${n}`;
    test.core.audit.push({ id: systemRuntime.uuid(), tenantId: 'acme', ...entry, object, detail: { n } });
  }
  test.core.audit.push({ id: systemRuntime.uuid(), tenantId: 'other', ...entry, object: 'theirs' });
});
afterAll(() => test.stop());

interface Page {
  items: { object: string; tenantId?: string }[];
  nextCursor?: string;
}
async function read(query: string, token?: string): Promise<Page> {
  const answer = await test.call('GET', `/v1/audit${query}`, token ? { token } : {});
  expect(answer.status).toBe(200);
  return (await answer.json()) as Page;
}

it('is read page by page, newest first, without a gap or a repetition', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = await read(`?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`);
    seen.push(...page.items.map((entry) => entry.object));
    cursor = page.nextCursor;
  } while (cursor !== undefined && seen.length < 10);
  expect(seen).toEqual(['queue-4', 'queue-3', 'queue-2', 'queue-1', 'queue-0']);
});

it("is of the caller's tenant only", async () => {
  const token = await sign({ claims: { tenant: 'other', scope: 'audit:read' } });
  expect((await read('', token)).items.map((entry) => entry.object)).toEqual(['theirs']);
});

it('says who did what to what, and when', async () => {
  expect((await read('?limit=1')).items[0]).toMatchObject({
    id: expect.any(String),
    at: '2023-11-14T22:13:20.000Z',
    actor: 'eva',
    action: 'queues.pause',
    object: 'queue-4',
    detail: { n: 4 },
  });
});
