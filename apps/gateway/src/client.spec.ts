import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonText, type LogOptions, WindlassClient } from '@windlass/client';
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

  it('in the options of a submission', async () => {
    const submitted = await client.submit({
      type: 'hash',
      payload: 1,
      queue: 'express',
      delay: '1s',
      ttl: 60_000,
      priority: 'high',
      concurrencyKey: 'tool',
      concurrencyLimit: 2,
      retention: 'short',
      backoff: { kind: 'list', delaysMs: [10, 20] },
    });
    const job = await client.get(submitted.id);
    expect(job).toMatchObject({ queue: 'express', priority: 6, concurrencyKey: 'tool', retention: 'short' });
    expect(job.backoff).toEqual({ kind: 'list', delaysMs: [10, 20] });
    const first = await client.submit({ type: 'hash', payload: 1, dedupeKey: 'order 7' });
    const again = { type: 'hash', payload: 2, dedupeKey: 'order 7', onDuplicate: 'return' as const };
    expect(await client.submit(again)).toMatchObject({ id: first.id, duplicate: true });
    await expect(client.submit({ ...again, onDuplicate: 'reject' })).rejects.toMatchObject({
      code: 'submit.duplicate',
    });
  });

  it('in batches, with a bad one among them', async () => {
    const jobs = [
      { type: 'hash', payload: 1 },
      { type: 'nope', payload: 2 },
      { type: 'hash', payload: new JsonText('1.50') },
    ];
    const outcomes = await client.submitBatch(jobs, { idempotencyKey: 'nightly' });
    expect(outcomes.map((outcome) => outcome.status)).toEqual([202, 422, 202]);
    const third = outcomes[2] as { id: string };
    expect(test.core.jobs.get(third.id)?.item.payload).toBe('1.50');
    const again = await client.submitBatch(jobs, { idempotencyKey: 'nightly' });
    expect(again[2]).toMatchObject({ id: third.id, replayed: true });
  });

  it('in logs and events, by page and as they come', async () => {
    const { id } = await client.submit({ type: 'hash', payload: 1 });
    test.core.addLog(id, 'a', 'b', 'c');
    expect(await client.logPage(id, { limit: 2 })).toMatchObject({ nextAfter: '1.1.2', finished: false });
    const read = async (options: LogOptions) => {
      const messages: string[] = [];
      for await (const line of client.logs(id, options)) messages.push(line.message);
      return messages;
    };
    expect(await read({})).toEqual(['a', 'b', 'c']);
    const followed = read({ follow: true, after: '1.1.1' });
    const kinds: string[] = [];
    const told = (async () => {
      for await (const event of client.followEvents(id)) kinds.push(event.kind);
    })();
    await expect.poll(() => kinds).toEqual(['submitted']);
    test.core.addLog(id, 'd');
    test.core.finish(id);
    expect(await followed).toEqual(['b', 'c', 'd']);
    await told;
    expect(kinds).toEqual(['submitted', 'succeeded']);
  });

  it('in cancel, replay, actions, queues and the audit log', async () => {
    const { id } = await client.submit({ type: 'hash', payload: 1 });
    expect(await client.cancel(id, { reason: 'wrong file' })).toEqual({ id, state: 'cancelled', stopping: false });
    expect(await client.replay(id)).toEqual({ id, run: 2, state: 'queued' });
    await expect(client.replay(id)).rejects.toMatchObject({ code: 'replay.job-unfinished' });
    const action = await client.actions.begin({ action: 'replay', filter: { state: 'failed' }, maxJobs: 5 });
    expect(await client.actions.get(action.id)).toEqual(action);
    expect(await client.actions.list()).toEqual([action]);
    expect(await client.actions.stop(action.id)).toMatchObject({ id: action.id, state: 'stopped' });
    expect(await client.queues.put('cad.urgent', { maxRunning: 2 })).toMatchObject({ named: true, maxRunning: 2 });
    expect(await client.queues.pause('cad.urgent')).toMatchObject({ paused: true });
    expect(await client.queues.resume('cad.urgent')).toMatchObject({ paused: false });
    expect((await client.queues.list()).map((queue) => queue.name)).toContain('cad.urgent');
    expect(await client.queues.purge('cad.urgent')).toMatchObject({
      action: 'cancel',
      filter: { queue: 'cad.urgent' },
    });
    await client.queues.remove('cad.urgent');
    await expect(client.queues.get('cad.urgent')).rejects.toMatchObject({ code: 'queues.unknown' });
    const seen: object[] = [];
    for await (const entry of client.audit()) seen.push(entry);
    expect(seen).toEqual([]);
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
