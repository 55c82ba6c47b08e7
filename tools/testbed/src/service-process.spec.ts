import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceProcess } from './service-process.js';

const PATIENCE_MS = 100;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-service-process-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A service that says it is up and does this on SIGTERM. */
async function start(onTerm: string): Promise<ServiceProcess> {
  const main = join(folder, `${performance.now()}.mjs`);
  await writeFile(
    main,
    `process.on('SIGTERM', () => { ${onTerm} });
     process.on('SIGUSR2', () => process.exit(0));
     setInterval(() => undefined, 1_000);
     console.log(JSON.stringify({ message: "worker is up" }));`,
  );
  const never = new AbortController().signal;
  return (await ServiceProcess.start('worker', main, {}, never)).process;
}

describe('how a service ended', () => {
  it('is no fault while it runs, when it ends in order and when it is killed', async () => {
    const orderly = await start('process.exit(0)');
    expect(orderly.faultyEnd).toBeUndefined();
    await orderly.end('SIGTERM');
    const killed = await start('');
    await killed.end('SIGKILL');
    const signalled = await start('');
    await signalled.signal('SIGKILL', 'all');
    await waitFor(() => signalled.ended, { what: 'its end' });
    expect([orderly, killed, signalled].map((each) => each.faultyEnd)).toEqual([undefined, undefined, undefined]);
  });

  it('is a fault when SIGTERM cut off its work', async () => {
    const cut = await start('process.exit(1)');
    await cut.end('SIGTERM');
    expect(cut.faultyEnd).toBe('exit 1 after SIGTERM');
  });

  it('is a fault when it ignored SIGTERM and had to be killed', async () => {
    const deaf = await start('');
    await deaf.end('SIGTERM', PATIENCE_MS);
    expect(deaf.faultyEnd).toBe(`SIGKILL, as SIGTERM did not end it within ${PATIENCE_MS} ms`);
  });

  it('is no fault when a kill comes while it ends', async () => {
    const deaf = await start('');
    const ended = deaf.end('SIGTERM');
    await deaf.signal('SIGKILL', 'parent');
    await ended;
    expect(deaf.faultyEnd).toBeUndefined();
  });

  it('is a fault when it ended by itself, even with 0', async () => {
    const gone = await start('');
    process.kill(gone.pid, 'SIGUSR2');
    await waitFor(() => gone.ended, { what: 'its end' });
    expect(gone.faultyEnd).toBe('exit 0');
  });
});
