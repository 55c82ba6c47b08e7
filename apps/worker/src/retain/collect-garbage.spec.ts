import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { systemRuntime } from '@windlass/clock';
import { RPC } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { RpcClient } from '@windlass/service-kit';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, openTestBed, type TestBed } from '../worker-under-test.fixture.js';
import { GarbageCollector } from './collect-garbage.js';

describe('garbage', () => {
  let bed: TestBed;
  let collector: GarbageCollector;
  beforeEach(async () => {
    bed = await openTestBed();
    collector = new GarbageCollector({
      context: {
        ...{ broker: bed.hub.connect(), files: bed.files, logger: collect(bed.logs), runtime: systemRuntime },
        ...{ worker: 'w', machine: 'm', incarnation: randomUUID() },
        core: new RpcClient(bed.hub.connect(), RPC.coreForWorker, { timeoutMs: 1_000 }),
      },
      everyMs: 20,
    });
  });
  afterEach(async () => {
    await collector.stop();
    await bed.close();
  });

  const store = async (...keys: string[]) => {
    for (const key of keys) await bed.files.put(key, Readable.from(['x']), { contentType: 'text/plain', maxBytes: 1 });
  };
  const all = () => bed.files.list('', { limit: 1_000 });
  const jobPrefix = () => `tenants/acme/jobs/${randomUUID()}/`;

  it('below a prefix goes as a whole, over several pages, and nothing else does', async () => {
    const [mine, sibling] = [jobPrefix(), jobPrefix()];
    await store(`${sibling}1/1/kept.txt`, `${mine}1/2/kept.txt`, 'tenants/acme/files/kept');
    await store(...Array.from({ length: 510 }, (_, n) => `${mine}1/1/${n % 7}/${n}.txt`));
    bed.core.garbage.set(randomUUID(), `${mine}1/1/`);
    collector.start();
    await waitFor(() => bed.core.garbage.size === 0, { what: 'the prefix to be collected' });
    expect(await all()).toEqual([`${mine}1/2/kept.txt`, `${sibling}1/1/kept.txt`, 'tenants/acme/files/kept'].sort());
  });

  it('of more than one load is collected without a pause', async () => {
    for (let n = 0; n < 45; n += 1) bed.core.garbage.set(randomUUID(), jobPrefix());
    collector.start();
    await waitFor(() => bed.core.bodies('garbage.take').length > 0, { what: 'the first load' });
    await waitFor(() => bed.core.garbage.size === 0, { what: 'all loads' });
    expect(bed.core.bodies('garbage.take').slice(0, 3)).toEqual(Array(3).fill({ limit: 20 }));
  });

  it.each([
    ...['', '/', 'tenants/', 'tenants/acme/', 'tenants/acme/jobs/', 'tenants/acme/files/', 'jobs/x/'],
    ...[
      'tenants/acme/jobs/x',
      'tenants/acme/jobs/../files/',
      'tenants/../jobs/x/',
      'tenants//jobs/x/',
      '/tenants/a/jobs/x/',
    ],
  ])('is not %o: refused, told, and never confirmed', async (prefix) => {
    await store('tenants/acme/jobs/x/1/1/kept', 'tenants/acme/files/kept', 'jobs/x/kept');
    bed.core.garbage.set(randomUUID(), prefix);
    const sound = randomUUID();
    bed.core.garbage.set(sound, jobPrefix());
    collector.start();
    await waitFor(() => !bed.core.garbage.has(sound), { what: 'the sound one beside it' });
    expect(await all()).toHaveLength(3);
    expect(bed.core.garbage.size).toBe(1);
    expect(bed.logs.some((line) => line.startsWith('refused to delete'))).toBe(true);
  });

  it('that cannot be deleted now is left, and collected later', async () => {
    const prefix = jobPrefix();
    await store(`${prefix}1/1/a`, `${prefix}1/1/b`);
    const remove = bed.files.delete;
    bed.files.delete = async () => {
      throw fault('files.unavailable');
    };
    bed.core.garbage.set(randomUUID(), prefix);
    collector.start();
    await waitFor(() => bed.core.bodies('garbage.take').length > 2, { what: 'vain tries' });
    expect(bed.core.bodies('garbage.collected')).toEqual([]);
    bed.files.delete = remove;
    await waitFor(() => bed.core.garbage.size === 0, { what: 'the prefix to be collected' });
    expect(await all()).toEqual([]);
    expect(bed.logs.filter((line) => line.startsWith('garbage is left')).length).toBeGreaterThan(0);
  });

  it('is collected by a worker, until it drains', async () => {
    const worker = await bed.startWorker({ COLLECT_EVERY_MS: '1000' });
    bed.core.garbage.set(randomUUID(), jobPrefix());
    await waitFor(() => bed.core.garbage.size === 0, { what: 'the worker to collect' });
    await worker.stop();
    bed.core.garbage.set(randomUUID(), jobPrefix());
    const taken = bed.core.bodies('garbage.take').length;
    const [job] = await bed.core.submit('hash', 1);
    await (await bed.startWorker()).announced;
    await waitFor(() => job!.state === 'done', { what: 'another worker to work' });
    expect(bed.core.bodies('garbage.take')).toHaveLength(taken);
  });
});
