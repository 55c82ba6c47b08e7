import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Testbed } from './testbed.js';

describe('a testbed', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await Testbed.open({ counts: { worker: 2 } });
    await bed.startAll(['hash']);
  }, 300_000);
  afterAll(() => bed?.close(), 120_000);

  it('carries a job, and a worker cut off from its broker loses it to nobody', async () => {
    const client = bed.client();
    const first = await client.submit({ type: 'hash', payload: { n: 1 } });
    expect(await client.wait(first.id, { timeoutMs: 20_000 })).toMatchObject({ state: 'succeeded' });
    for (const link of bed.links.from('worker-1')) link.setFrozen(true);
    const ids = await Promise.all(
      [1, 2, 3, 4].map(async (n) => (await client.submit({ type: 'hash', payload: { n } })).id),
    );
    for (const id of ids) expect((await client.wait(id, { timeoutMs: 40_000 })).state).toBe('succeeded');
    for (const link of bed.links.from('worker-1')) link.setFrozen(false);
  }, 60_000);

  it('an instance that was killed comes back on its address', async () => {
    const url = bed.urlOf('gateway-1');
    await bed.kill('gateway-1');
    expect(await bed.ready('gateway-1')).toBe(false);
    await bed.start('gateway-1');
    expect(bed.urlOf('gateway-1')).toBe(url);
    await waitFor(() => bed.ready('gateway-1'), { what: 'the gateway', timeoutMs: 20_000 });
  }, 60_000);
});
