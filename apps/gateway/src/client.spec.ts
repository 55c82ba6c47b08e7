import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindlassClient } from '@windlass/client';
import { submitJobs, submitJobsReply } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sign, startGateway, type TestGateway } from './testing/start-gateway.fixture.js';

const REPEATED_ID = '0192a0b0-0000-7000-8000-000000000001';

let test: TestGateway;
let client: WindlassClient;
let directory: string;
beforeAll(async () => {
  test = await startGateway();
  client = new WindlassClient({ url: test.url, token: await sign({}) });
  directory = await mkdtemp(join(tmpdir(), 'windlass-client-'));
});
afterAll(async () => {
  await test.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('the client and the gateway understand each other', () => {
  it('in submit, get, list, wait and result', async () => {
    const { id, state } = await client.submit({ type: 'hash', payload: { n: 1 }, tags: ['t'] });
    expect(state).toBe('queued');
    expect(await client.get<{ n: number }>(id)).toMatchObject({ id, payload: { n: 1 }, tags: ['t'] });
    await expect(client.result(id)).rejects.toMatchObject({
      code: 'read.result-not-ready',
      problem: { state: 'queued' },
    });
    Object.assign(test.core.job('acme', id), { result: '{"md5":"x"}' }).view.state = 'succeeded';
    expect(await client.wait(id)).toMatchObject({ id, state: 'succeeded' });
    expect(await client.result<{ md5: string }>(id)).toEqual({ md5: 'x' });
    expect(await client.events(id)).toMatchObject([{ kind: 'submitted' }]);
    expect(await client.artifacts(id)).toEqual([]);
    expect(await client.jobTypes()).toEqual([]);
    for (let n = 0; n < 4; n += 1) await client.submit({ type: 'hash', payload: n });
    const seen: string[] = [];
    for await (const job of client.list({ limit: 2 })) seen.push(job.id);
    expect(seen.length).toBe(5);
    expect(seen.at(-1)).toBe(id);
  });

  it('in upload and download, by path', async () => {
    const path = join(directory, 'výkres.step');
    await writeFile(path, 'ISO-10303-21;');
    const file = await client.upload(path, { contentType: 'model/step' });
    expect(file).toMatchObject({ name: 'výkres.step', size: 13, contentType: 'model/step' });
    expect(await client.file(file.id)).toEqual(file);
    await client.download(file.id, join(directory, 'back.step'));
    expect(await readFile(join(directory, 'back.step'), 'utf8')).toBe('ISO-10303-21;');
  });

  it('in API keys', async () => {
    const { id, key } = await client.keys.create({ name: 'app', scopes: ['jobs:read'] });
    const app = new WindlassClient({ url: test.url, token: key });
    expect(await app.jobTypes()).toEqual([]);
    await expect(app.submit({ type: 'hash', payload: 1 })).rejects.toMatchObject({
      code: 'auth.scope-missing',
      status: 403,
    });
    await client.keys.revoke(id);
    await expect(app.jobTypes()).rejects.toMatchObject({ code: 'auth.token-invalid' });
    expect((await client.keys.list()).find((each) => each.id === id)).toHaveProperty('revokedAt');
  });

  it('in a submission whose answer was lost: one job', async () => {
    const lossy = await startGateway();
    const accepted: string[] = [];
    let lost = false;
    lossy.core.on(submitJobs, submitJobsReply, ({ items }) => {
      accepted.push(...items.map((item) => item.idempotencyKey ?? 'none'));
      if (lost) return { items: items.map(() => ({ id: REPEATED_ID, state: 'queued' as const, created: false })) };
      lost = true;
      throw fault('broker.timeout');
    });
    try {
      const patient = new WindlassClient({ url: lossy.url, token: await sign({}) });
      await patient.submit({ type: 'hash', payload: 1 });
      expect(accepted.length).toBe(2);
      expect(new Set(accepted).size).toBe(1);
    } finally {
      await lossy.stop();
    }
  });
});
