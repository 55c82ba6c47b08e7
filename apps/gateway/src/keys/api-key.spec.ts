import { keyRevoked, TOPIC } from '@windlass/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

let test: TestGateway;
beforeAll(async () => {
  test = await startGateway();
});
afterAll(() => test.stop());

interface Created {
  id: string;
  key: string;
}
async function create(scopes: string[], extra: object = {}): Promise<Created> {
  const answer = await test.call('POST', '/v1/api-keys', { json: { name: 'ci', scopes, ...extra } });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Created;
}
const status = async (token: string, path = '/v1/jobs') => (await test.call('GET', path, { token })).status;

it('a key is shown once, kept as a hash, and opens what its scopes say, in its tenant', async () => {
  const { id, key } = await create(['jobs:read', 'jobs:write']);
  expect(key).toMatch(/^wlk_[A-Za-z0-9_-]{43}$/);
  expect(JSON.stringify(test.core.asked)).not.toContain(key);
  expect(await status(key)).toBe(200);
  expect(await status(key, '/v1/api-keys')).toBe(403);
  const submitted = await test.call('POST', '/v1/jobs', { token: key, json: { type: 'hash', payload: 1 } });
  const job = (await submitted.json()) as { id: string };
  expect(test.core.jobs.get(job.id)?.item.tenantId).toBe('acme');
  const list = await (await test.call('GET', '/v1/api-keys')).text();
  expect(list).toContain(id);
  expect(list).not.toContain(key);
  expect(list).not.toMatch(/hash/i);
  expect(test.log.join('')).not.toContain(key);
});

it('is asked for once in five seconds, also when many requests bring it at once', async () => {
  const { key } = await create(['jobs:read']);
  const before = test.core.asked.filter((message) => message.kind === 'keys.verify').length;
  await Promise.all(Array.from({ length: 10 }, () => status(key)));
  await status(key);
  expect(test.core.asked.filter((message) => message.kind === 'keys.verify').length).toBe(before + 1);
});

it('revoked here, it is refused at once', async () => {
  const { id, key } = await create(['jobs:read']);
  expect(await status(key)).toBe(200);
  expect((await test.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
  expect(await status(key)).toBe(401);
});

it('revoked elsewhere, it is refused as soon as the broadcast is heard', async () => {
  const { id, key } = await create(['jobs:read']);
  expect(await status(key)).toBe(200);
  const elsewhere = test.hub.connect();
  await elsewhere.broadcast(TOPIC.keyRevoked, keyRevoked.encode({ id }));
  await elsewhere.close();
  // Core's fake still answers that it is valid: only the broadcast can be the reason.
  await expect.poll(() => status(key)).toBe(401);
});

it("another tenant's key cannot be revoked, and answers like an unknown one", async () => {
  const { id, key } = await create(['jobs:read']);
  const token = await sign({ claims: { tenant: 'other' } });
  expect((await test.call('DELETE', `/v1/api-keys/${id}`, { token })).status).toBe(404);
  expect(await status(key)).toBe(200);
});

it('an expired one is refused even while it is remembered', async () => {
  const { key } = await create(['jobs:read'], { expiresAt: new Date(Date.now() + 700).toISOString() });
  expect(await status(key)).toBe(200);
  await expect.poll(() => status(key), { timeout: 3_000, interval: 50 }).toBe(401);
});

it('a key made with a key has at most its scopes', async () => {
  const { key } = await create(['keys:admin', 'jobs:read']);
  const more = await test.call('POST', '/v1/api-keys', { token: key, json: { name: 'more', scopes: ['jobs:write'] } });
  expect(more.status).toBe(403);
  const same = await test.call('POST', '/v1/api-keys', { token: key, json: { name: 'same', scopes: ['jobs:read'] } });
  expect(same.status).toBe(201);
});
