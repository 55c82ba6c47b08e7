import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Upload, WindlassClient } from '@windlass/client';
import { type Instance, Testbed } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SLOW = fileURLToPath(new URL('../../src/dev/slow-job.fixture.mjs', import.meta.url));
const NAMES: Instance[] = ['core-api-1', 'scheduler-1', 'worker-1', 'gateway-1'];

describe('four services on PostgreSQL, RabbitMQ and S3', () => {
  let bed: Testbed;
  let client: WindlassClient;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-tiers-'));
    bed = await Testbed.open({ env: { worker: { HANDLERS: SLOW, SLOTS: 'slow=4', SCRATCH_DIRECTORY: directory } } });
    await bed.startAll(['slow']);
    client = bed.client();
  }, 300_000);
  afterAll(async () => {
    await bed?.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  it('a job goes round: HTTP, core, broker, worker, and its result comes back', async () => {
    const { id } = await client.submit({ type: 'hash', payload: { example: 'data' } });
    expect(await client.wait(id, { timeoutMs: 20_000 })).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await client.result(id)).toMatchObject({ md5: 'd8d1c0011055fc1d9852c40cf8fbf592' });
  });

  it('an uploaded file is converted and its artifacts come back through S3', { timeout: 120_000 }, async () => {
    const sample = fileURLToPath(new URL('../../../../examples/cad-conversion/samples/flange.step', import.meta.url));
    const file = await client.upload(sample, { name: 'flange.step', contentType: 'model/step' });
    const { id } = await client.submit({
      type: 'conversion.cad',
      payload: { file: { id: file.id }, formats: ['glb'] },
    });
    expect(await client.wait(id, { timeoutMs: 100_000 })).toMatchObject({ state: 'succeeded' });
    const names = (await client.artifacts(id)).map((each) => each.name).sort();
    expect(names).toEqual(['metadata.json', 'model.glb', 'thumbnail.png']);
  });

  it('a client sends a file straight to S3 by presigned URL; what arrived is checked before it counts', async () => {
    const content = Buffer.from('straight to the storage');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${bed.urlOf('gateway-1')}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${bed.token}`, 'content-type': 'application/json' },
      });
    const begin = async () => {
      const body = JSON.stringify({ name: 'direct.txt', contentType: 'text/plain', size: content.length, sha256 });
      const response = await call('/v1/files/uploads', { method: 'POST', body });
      expect(response.status).toBe(201);
      return (await response.json()) as Upload;
    };
    const good = await begin();
    const put = await fetch(good.put?.url ?? '', { method: 'PUT', headers: good.put?.headers ?? {}, body: content });
    expect(put.status).toBe(200);
    const completed = await call(`/v1/files/uploads/${good.id}/complete`, { method: 'POST', body: '{}' });
    expect(await completed.json()).toMatchObject({ id: good.id, sha256, size: content.length });
    expect(await (await call(`/v1/files/${good.id}/content`)).text()).toBe(content.toString());

    const other = await begin();
    const forged = Buffer.from(content).fill('x');
    await fetch(other.put?.url ?? '', { method: 'PUT', headers: other.put?.headers ?? {}, body: forged });
    const refused = await call(`/v1/files/uploads/${other.id}/complete`, { method: 'POST', body: '{}' });
    expect(await refused.json()).toMatchObject({ status: 422, code: 'files.checksum-mismatch' });
    const unread = await call(`/v1/files/${other.id}/content`);
    expect(await unread.json()).toMatchObject({ status: 409, code: 'files.upload-incomplete' });
  });

  it.each(NAMES)(
    'kill -9 of %s amid 60 jobs: each ends once and no handler runs without a reason',
    { timeout: 180_000 },
    async (victim) => {
      const marker = join(directory, `runs-${victim}.log`);
      const ids = await Promise.all(
        Array.from(
          { length: 60 },
          async (_, n) => (await client.submit({ type: 'slow', payload: { n, ms: 60, marker } })).id,
        ),
      );
      const starts = async () => (await readFile(marker, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      await waitFor(async () => (await starts()).length >= 12, { what: 'a dozen starts', timeoutMs: 60_000 });
      await bed.kill(victim);
      await bed.start(victim);
      let repeated = 0;
      for (const id of ids) {
        const job = await waitFor(() => client.wait(id, { timeoutMs: 60_000 }).catch(() => undefined), {
          what: 'the end of a job',
          timeoutMs: 120_000,
        });
        expect(job.state).toBe('succeeded');
        const events = await client.events(id);
        expect(events.filter((event) => event.terminal)).toHaveLength(1);
        if (job.attempt > 1) repeated += 1;
        expect((await starts()).filter((line) => line === id).length).toBeLessThanOrEqual(job.attempt);
      }
      // Only the worker's own death ends attempts: the others may go and come without a job noticing.
      expect(repeated).toBeLessThanOrEqual(victim === 'worker-1' ? 8 : 0);
    },
  );

  it.each([
    ['postgres', 'gone'],
    ['postgres', 'silent'],
    ['rabbitmq', 'gone'],
    ['rabbitmq', 'silent'],
  ] as const)(
    '%s %s: 503 with Retry-After within 2 s, not ready; back without hands',
    { timeout: 120_000 },
    async (server, how) => {
      const post = async () => {
        const startedMs = performance.now();
        const response = await fetch(`${bed.urlOf('gateway-1')}/v1/jobs`, {
          method: 'POST',
          headers: { authorization: `Bearer ${bed.token}`, 'content-type': 'application/json' },
          body: '{"type":"hash","payload":1}',
        });
        return {
          status: response.status,
          retryAfter: response.headers.get('retry-after'),
          tookMs: performance.now() - startedMs,
          body: await response.text(),
        };
      };
      expect((await post()).status).toBe(202);
      const cut = (yes: boolean) => {
        for (const link of bed.links.to(server)) how === 'gone' ? link.setReachable(!yes) : link.setFrozen(yes);
      };
      cut(true);
      const refused = await waitFor(
        async () => {
          const answer = await post();
          return answer.status === 503 ? answer : undefined;
        },
        { what: 'a refusal', timeoutMs: 10_000 },
      );
      expect(refused.retryAfter).toMatch(/^\d+$/);
      expect(refused.body).not.toMatch(/at .*\.js/);
      // Half a second for a busy test machine.
      expect(refused.tookMs).toBeLessThan(2_000 + 500);
      await waitFor(async () => !(await bed.ready('gateway-1')), {
        what: 'the gateway to be not ready',
        timeoutMs: 15_000,
      });
      cut(false);
      const accepted = await waitFor(
        async () => {
          const answer = await post();
          return answer.status === 202 ? (JSON.parse(answer.body) as { id: string }) : undefined;
        },
        { what: 'the next acceptance', timeoutMs: 30_000 },
      );
      await waitFor(() => bed.ready('gateway-1'), { what: 'the gateway to be ready', timeoutMs: 30_000 });
      expect((await client.wait(accepted.id, { timeoutMs: 60_000 })).state).toBe('succeeded');
    },
  );

  it('SIGTERM ends each service in order, with exit code 0 and nothing lost', { timeout: 120_000 }, async () => {
    const { id } = await client.submit({
      type: 'slow',
      payload: { n: 0, ms: 1500, marker: join(directory, 'last.log') },
    });
    await waitFor(async () => (await client.get(id)).state === 'running', {
      what: 'the job to run',
      timeoutMs: 20_000,
    });
    await bed.kill('worker-1', 'SIGTERM');
    expect((await client.get(id)).state).toBe('succeeded');
    for (const name of ['gateway-1', 'scheduler-1', 'core-api-1'] as const) await bed.kill(name, 'SIGTERM');
    for (const name of NAMES) expect(bed.process(name).exitCode, bed.outputOf(name)).toBe(0);
  });
});
