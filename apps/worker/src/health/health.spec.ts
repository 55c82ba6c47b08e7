import { createServer } from 'node:net';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('health of a worker', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
  });
  afterEach(() => bed.close());

  it('is ready once core has answered, and not while core or broker are away', async () => {
    await bed.core.away();
    const worker = await bed.startWorker({ HEALTH_PORT: String(await freePort()), HEALTH_HOST: '127.0.0.1' });
    const status = async (path: string) => (await fetch(`${worker.url}${path}`)).status;
    expect(await status('/health/live')).toBe(200);
    expect(await status('/health/ready')).toBe(503);
    await bed.core.start();
    await worker.announced;
    await waitFor(async () => (await status('/health/ready')) === 200, { what: 'readiness' });
    bed.hub.setState('down');
    await waitFor(async () => (await status('/health/ready')) === 503, { what: 'readiness to turn' });
    bed.hub.setState('up');
    await waitFor(async () => (await status('/health')) === 200, { what: 'recovery' });
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
