import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Job, WindlassClient } from '@windlass/client';
import { waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FIXTURE = fileURLToPath(new URL('../../dist/dev/dev-platform.fixture.js', import.meta.url));
const SLOW = fileURLToPath(new URL('../../src/dev/slow-job.fixture.mjs', import.meta.url));

describe('windlass dev', () => {
  let directory: string;
  const children = new Set<ChildProcess>();
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'windlass-dev-'));
  });
  afterAll(async () => {
    for (const child of children) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await gone;
    }
    await rm(directory, { recursive: true, force: true });
  });

  function launch(): { child: ChildProcess; ready: Promise<WindlassClient>; errors(): string } {
    const settings = JSON.stringify({ HANDLERS: SLOW, SLOTS: 'slow=4' });
    const child = spawn(process.execPath, [FIXTURE, directory, settings], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4000);
    });
    const ready = new Promise<WindlassClient>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(new WindlassClient(JSON.parse(line))));
      child.once('exit', (code, signal) => reject(new Error(`ended with ${code ?? signal}: ${text}`)));
    });
    // A launch that is expected to fail is looked at by its exit.
    ready.catch(() => {});
    return { child, ready, errors: () => text };
  }
  const exited = (child: ChildProcess) =>
    waitFor(() => child.exitCode !== null || child.signalCode !== null, {
      what: 'the end of the process',
      timeoutMs: 30_000,
    });

  it('kill -9 amid 200 jobs: each ends once, and only those that were running have a second attempt', {
    timeout: 180_000,
  }, async () => {
    const first = launch();
    const client = await first.ready;
    const marker = join(directory, 'runs.log');
    const ids = await Promise.all(
      Array.from(
        { length: 200 },
        async (_, n) => (await client.submit({ type: 'slow', payload: { n, ms: 50, marker } })).id,
      ),
    );
    await waitFor(async () => (await readFile(marker, 'utf8').catch(() => '')).split('\n').length > 40, {
      what: 'forty starts',
      timeoutMs: 60_000,
    });
    first.child.kill('SIGKILL');
    await exited(first.child);
    const startedBefore = new Set((await readFile(marker, 'utf8')).trim().split('\n'));

    const again = await launch().ready;
    const jobs: Job[] = [];
    for (const id of ids) jobs.push(await again.wait(id, { timeoutMs: 120_000 }));
    expect(jobs.map((job) => job.state)).toEqual(ids.map(() => 'succeeded'));
    for (const id of ids) {
      const events = await again.events(id);
      expect(events.filter((event) => event.terminal)).toHaveLength(1);
    }
    // The independent sink: what the handler itself wrote at each start.
    const starts = new Map<string, number>();
    for (const line of (await readFile(marker, 'utf8')).trim().split('\n'))
      starts.set(line, (starts.get(line) ?? 0) + 1);
    expect(starts.size).toBe(200);
    const repeated = jobs.filter((job) => job.attempt > 1);
    for (const job of jobs) expect(starts.get(job.id)).toBeLessThanOrEqual(job.attempt);
    // Four slots: each may hold one job that was claimed and had not come to its own first line.
    const neverStarted = repeated.filter((job) => !startedBefore.has(job.id));
    expect(neverStarted.length).toBeLessThanOrEqual(4);
    // At most the four slots, and what these had finished but not yet reported.
    expect(repeated.length).toBeLessThanOrEqual(8);
  });

  it('a second one on the same directory refuses and names the first', { timeout: 60_000 }, async () => {
    const second = launch();
    await exited(second.child);
    expect(second.child.exitCode).not.toBe(0);
    expect(second.errors()).toMatch(/in use by another windlass \(pid \d+\)/);
  });
});
