import { readFileSync } from 'node:fs';
import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { descendantsOf } from './service-process.js';
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

  it('tells of a service that could not end in order', async () => {
    expect(bed.unaskedEnds()).toEqual([]);
    await bed.kill('core-api-1', 'SIGTERM');
    await bed.start('core-api-1', { SHUTDOWN_TIMEOUT_MS: '100' });
    expect(bed.unaskedEnds()).toEqual([]);
    // Its broker does not answer the end of its connection for longer than that.
    for (const link of bed.links.from('core-api-1')) link.setFrozen(true);
    await bed.kill('core-api-1', 'SIGTERM');
    expect(bed.unaskedEnds()).toMatchObject([{ name: 'core-api-1', how: 'exit 1 after SIGTERM' }]);
  }, 120_000);
});

describe('a testbed that is closed', () => {
  it('leaves nothing running that was still being started, and starts nothing any more', async () => {
    const bed = await Testbed.open();
    const starting = expect(bed.startAll()).rejects.toThrow('given up');
    await waitFor(async () => (await runningCores()) === 1, { what: 'core to be started' });
    await bed.close();
    await starting;
    await waitFor(async () => (await runningCores()) === 0, { what: 'core to be gone' });
    await expect(bed.start('core-api-1')).rejects.toThrow('closed');
  }, 60_000);
});

async function runningCores(): Promise<number> {
  const commands = (await descendantsOf(process.pid)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  });
  return commands.filter((command) => command.includes('core-api/dist/main.js')).length;
}
