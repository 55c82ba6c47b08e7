import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BeatWorker, ReleaseAttempts } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('drain', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
  });
  afterEach(() => bed.close());

  const startWorker = async (drainTimeoutMs: number) => {
    const worker = await bed.startWorker({ DRAIN_TIMEOUT_MS: String(drainTimeoutMs) });
    await worker.announced;
    return worker;
  };
  const waiting = () => ({ startedFile: bed.path('started'), untilFile: bed.path('go') });
  const firstPid = () => waitFor(async () => (await bed.pids('started'))[0], { what: 'the handler to start' });
  const lastPresence = () => bed.core.bodies<BeatWorker>('beat.worker').findLast((beat) => beat.presence)?.presence;

  it('gives back what has not started and lets finish what runs', async () => {
    const worker = await startWorker(20_000);
    const [first, ...rest] = await bed.core.submit('test.nap', waiting(), waiting(), waiting());
    const pid = await firstPid();
    const stopped = worker.stop();
    await waitFor(() => rest.every((job) => job.state === 'queued'), { what: 'the unstarted to be given back' });
    await waitFor(() => lastPresence()?.draining, { what: 'core to hear of the drain' });
    expect(isAlive(pid)).toBe(true);
    expect(bed.core.beats(first!)).toBe(true);
    await writeFile(bed.path('go'), '');
    await stopped;
    expect(first!.reports).toMatchObject([{ outcome: 'succeeded' }]);
    expect(rest.map((job) => [job.state, job.reports.length])).toEqual([
      ['queued', 0],
      ['queued', 0],
    ]);
    expect(bed.core.bodies<ReleaseAttempts>('release.attempts').flatMap((body) => body.items)).toHaveLength(2);
    expect(await bed.pids('started')).toHaveLength(1);
  });

  it('kills what still runs at its end and reports it as aborted', async () => {
    const worker = await startWorker(100);
    const [job] = await bed.core.submit('test.spin', { startedFile: bed.path('started') });
    const pid = await firstPid();
    await worker.stop();
    expect(job!.reports).toMatchObject([{ outcome: 'aborted', error: { code: 'execute.aborted' } }]);
    expect(isAlive(pid)).toBe(false);
  });

  it('takes no message any more', async () => {
    const worker = await startWorker(500);
    await worker.stop();
    const [job] = await bed.core.submit('hash', 1);
    const other = await bed.startWorker();
    await other.announced;
    await waitFor(() => job!.state === 'done', { what: 'another worker to run it' });
    expect(bed.core.bodies('claim.jobs')).toHaveLength(1);
  });

  it('gives back a claim that is granted during the drain', async () => {
    const worker = await startWorker(500);
    bed.core.trouble = (kind) => (kind === 'claim.jobs' ? 'lose' : undefined);
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => job!.state === 'running', { what: 'the claim to be granted' });
    const stopped = worker.stop();
    bed.core.trouble = () => undefined;
    await stopped;
    expect(job).toMatchObject({ state: 'queued', reports: [] });
  });

  it('ends in time though core is away', async () => {
    const worker = await startWorker(200);
    await bed.core.submit('test.spin', { startedFile: bed.path('started') });
    const pid = await firstPid();
    bed.core.trouble = () => fault('store.unavailable');
    const startMs = performance.now();
    await worker.stop();
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(isAlive(pid)).toBe(false);
  });

  it('is not needed for children to die: they do with a worker that is killed', async () => {
    const main = fileURLToPath(new URL('../../dist/killed-worker.fixture.js', import.meta.url));
    const worker = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(worker, 'exit');
    const [line] = (await once(createInterface(worker.stdout), 'line')) as [string];
    const { child, directory } = JSON.parse(line) as { child: number; directory: string };
    expect(isAlive(child)).toBe(true);
    worker.kill('SIGKILL');
    await exited;
    await waitFor(() => !isAlive(child), { what: 'the spinning child to die' });
    await rm(directory, { recursive: true, force: true });
  });
});
