import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../faults/fault.js';
import type { Platform } from '../platform/open-platform.js';
import { BrokenRound, playRound } from './run-round.js';

const LINE = { what: 'start', jobId: 'of this round', attempt: 1, runId: 'r', worker: 'worker-1', plan: 'ok', atMs: 1 };

async function platform(): Promise<Platform> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-broken-'));
  const sink = join(folder, 'sink.jsonl');
  await writeFile(sink, `${JSON.stringify({ ...LINE, jobId: 'past' })}\n${JSON.stringify(LINE)}\n`);
  const server = createServer((_, response) => {
    response.writeHead(202).end(JSON.stringify({ id: 'a', state: 'succeeded', items: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bed = { instances: ['gateway-1'], urlOf: () => url, wholeOutputOf: () => 'it said so', leaseMs: 10 };
  return { bed, sink, past: new Set(['past']) } as unknown as Platform;
}

it('a round that breaks off hands over what its clients, its handlers and its services had told by then', async () => {
  const fault: Fault = {
    ...{ name: 'breaks', groups: ['core'], about: '' },
    inject: () => Promise.reject(new Error('it could not be injected')),
  };
  const options = { seed: 1, jobs: 5, leaseMs: 10, faults: [fault], progress: () => undefined };
  const broken = await playRound(await platform(), options).catch((error: unknown) => error);
  if (!(broken instanceof BrokenRound)) throw new Error(`not a BrokenRound: ${broken}`);
  expect(broken.message).toContain('it could not be injected');
  expect(broken.remains).toMatchObject({ sink: [LINE], outputs: { 'gateway-1': 'it said so' } });
  expect(broken.remains.operations.length).toBeGreaterThan(0);
});
