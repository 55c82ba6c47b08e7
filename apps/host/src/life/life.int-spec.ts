import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WindlassClient } from '@windlass/client';
import { Testbed } from '@windlass/testbed';
import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handlerProcesses, isAlive } from './handler-processes.fixture.js';
import { writeLargeStep } from './large-step.fixture.js';

const HANDLERS = fileURLToPath(new URL('../../src/life/test-jobs.fixture.mjs', import.meta.url));
const SAMPLE = fileURLToPath(new URL('../../../../examples/cad-conversion/samples/mount.step', import.meta.url));
const WORKERS = ['worker-1', 'worker-2'] as const;
const LEASE_MS = 4_000;
const HUGE_BYTES = 130_000_000;
/** What may pass from the cancel to the death of the process. */
const CANCEL_MS = 2_000;

describe("a job's life on real parts: two cores, two workers, PostgreSQL, RabbitMQ, S3", () => {
  let bed: Testbed;
  let client: WindlassClient;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-life-'));
    bed = await Testbed.open({
      counts: { 'core-api': 2, worker: 2 },
      leaseMs: LEASE_MS,
      env: { worker: { HANDLERS, SCRATCH_DIRECTORY: directory, COLLECT_EVERY_MS: '1000' } },
    });
    await bed.startAll(['test.deaf']);
    client = bed.client();
  }, 300_000);
  afterAll(async () => {
    await bed?.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  const lines = async (file: string) => (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const submit = async (type: string, payload: object, more: object = {}) =>
    (await client.submit({ type, payload, ...more })).id;
  const stateOf = async (id: string) => (await client.get(id)).state;
  const objects = (prefix: string) => bed.ground.files.list(prefix, { limit: 1_000 });
  const oneTerminalEvent = async (id: string) =>
    expect((await client.events(id)).filter((event) => event.terminal)).toHaveLength(1);

  it('a job that spins for ever ends at its hard limit of 3 s, and its slot is free', { timeout: 60_000 }, async () => {
    const limits = { softMs: 2_000, hardMs: 3_000 };
    // Two workers with one slot each: the third can only start where one of the first two has been killed.
    const ids = [await submit('test.spin', {}, limits), await submit('test.spin', {}, limits)];
    const third = await submit('test.spin', {}, limits);
    for (const id of [...ids, third]) {
      expect(await client.wait(id, { timeoutMs: 40_000 })).toMatchObject({
        state: 'failed',
        outcome: 'timed-out',
        attempt: 1,
        timeouts: 1,
      });
    }
    expect(await handlerProcesses('test.spin')).toEqual([]);
  });

  it('cancelling the conversion of a 130 MB file ends its process within 2 s', { timeout: 240_000 }, async () => {
    const path = join(directory, 'huge.step');
    await writeLargeStep(SAMPLE, path, HUGE_BYTES);
    const file = await client.upload(path, { name: 'huge.step', contentType: 'model/step' });
    const id = await submit('conversion.cad', { file: { id: file.id }, formats: ['glb'] }, { hardMs: 600_000 });
    // Some seconds of CPU: it is inside the reader, which answers nothing and obeys nothing.
    const [child] = await waitFor(
      async () => {
        const busy = (await handlerProcesses('conversion.cad')).filter((each) => each.cpuMs > 3_000);
        return busy.length > 0 ? busy : undefined;
      },
      { what: 'a busy conversion', timeoutMs: 180_000 },
    );
    const startedMs = performance.now();
    expect(await client.cancel(id, { reason: 'not needed any more' })).toMatchObject({ state: 'cancelled' });
    await waitFor(async () => !(await isAlive(child?.pid ?? 0)), { what: 'the end of the process', timeoutMs: 10_000 });
    expect(performance.now() - startedMs).toBeLessThan(CANCEL_MS);
    await waitFor(async () => !(await client.get(id)).stopping, { what: 'the attempt to be closed' });
    expect(await client.get(id)).toMatchObject({ state: 'cancelled', reason: 'not needed any more' });
    await oneTerminalEvent(id);
  });

  it('a worker that stood still for three leases changes nothing when it goes on, and its files are collected', {
    timeout: 120_000,
  }, async () => {
    const marker = join(directory, 'deaf.log');
    // Its first attempt sleeps for longer than the others take.
    const id = await submit('test.deaf', { ms: 5 * LEASE_MS, marker });
    await waitFor(async () => (await lines(marker)).length === 1, { what: 'the first start', timeoutMs: 20_000 });
    await waitFor(async () => (await objects(`tenants/acme/jobs/${id}/`)).length === 1, {
      what: 'the first artifact',
      timeoutMs: 20_000,
    });
    const { worker } = await client.get(id);
    const holder = WORKERS.find((name) => name === worker) ?? 'worker-1';
    const [child] = await handlerProcesses('test.deaf');
    const stopped = await bed.signal(holder, 'SIGSTOP');
    try {
      expect(stopped).toEqual(expect.arrayContaining([bed.process(holder).pid, child?.pid]));
      const job = await client.wait(id, { timeoutMs: 6 * LEASE_MS });
      expect(job).toMatchObject({ state: 'succeeded', attempt: 2, epoch: 2 });
      await new Promise((resolve) => setTimeout(resolve, 3 * LEASE_MS));
    } finally {
      await bed.signal(holder, 'SIGCONT');
    }
    await waitFor(async () => (await handlerProcesses('test.deaf')).length === 0, {
      what: 'the end of the late child',
      timeoutMs: 30_000,
    });
    // The late attempt's artifact goes, the promoted one stays.
    await waitFor(async () => (await objects(`tenants/acme/jobs/${id}/1/1/`)).length === 0, {
      what: 'the collection of the late files',
      timeoutMs: 60_000,
    });
    expect(await objects(`tenants/acme/jobs/${id}/1/2/`)).toHaveLength(1);
    expect(await client.get(id)).toMatchObject({ state: 'succeeded', attempt: 2, epoch: 2 });
    expect(await client.result(id)).toEqual({ attempt: 2 });
    expect(await lines(marker)).toEqual([`${id} 1`, `${id} 2`]);
    await oneTerminalEvent(id);
  });

  it('PostgreSQL away for three leases with 100 jobs running reruns none', { timeout: 180_000 }, async () => {
    const marker = join(directory, 'naps.log');
    const outcomes = await client.submitBatch(
      Array.from({ length: 100 }, () => ({ type: 'test.nap', payload: { ms: 4 * LEASE_MS, marker } })),
    );
    const ids = outcomes.map((each) => ('id' in each ? each.id : ''));
    await waitFor(async () => (await lines(marker)).length === 100, { what: 'a hundred starts', timeoutMs: 60_000 });
    for (const link of bed.links.to('postgres')) link.setReachable(false);
    await new Promise((resolve) => setTimeout(resolve, 3 * LEASE_MS));
    for (const link of bed.links.to('postgres')) link.setReachable(true);
    for (const id of ids) {
      const job = await waitFor(() => client.wait(id, { timeoutMs: 60_000 }).catch(() => undefined), {
        what: 'the end of a job',
        timeoutMs: 120_000,
      });
      expect(job).toMatchObject({ state: 'succeeded', attempt: 1 });
    }
    expect(await lines(marker)).toHaveLength(100);
  });

  it('10,000 queued jobs survive a wiped broker', { timeout: 300_000 }, async () => {
    for (const name of WORKERS) await bed.kill(name, 'SIGTERM');
    const outcomes = await client.submitBatch(
      Array.from({ length: 10_000 }, (_, n) => ({ type: 'hash', payload: { n }, tags: ['wiped'] })),
    );
    const ids = outcomes.flatMap((each) => ('id' in each ? [each.id] : []));
    expect(new Set(ids).size).toBe(10_000);
    await bed.ground.vhost.wipe();
    await bed.start('worker-1');
    const queue = async () => (await client.queues.get('hash').catch(() => undefined)) ?? { queued: -1, running: -1 };
    await waitFor(
      async () => {
        const { queued, running } = await queue();
        return queued === 0 && running === 0;
      },
      { what: 'an empty queue', timeoutMs: 240_000 },
    );
    let succeeded = 0;
    for await (const job of client.list({ tag: 'wiped' })) {
      expect(job).toMatchObject({ state: 'succeeded', attempt: 1 });
      succeeded += 1;
    }
    expect(succeeded).toBe(10_000);
    expect(await stateOf(ids[0] ?? '')).toBe('succeeded');
  });
});
