import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, isAlive, linesOf, startHarness, until } from './runner-harness.spec.fixture.js';

describe('a handler can always be killed', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ memoryPollMs: 50 });
  });
  afterAll(() => harness.close());

  const pidsIn = (file: string) =>
    until(() => linesOf(file)[0]?.split(' ').map(Number), 'the process ids of child and grandchild');

  it('one that spins is killed at the hard limit, with its grandchildren', async () => {
    const pidFile = join(harness.dir, 'spin');
    const outcome = await harness.once('rogue.spin', { pidFile }, { softMs: 300, hardMs: 600 });
    expect(outcome.kind).toBe('timed-out');
    expect(outcome.durationMs).toBeGreaterThanOrEqual(600);
    expect(outcome.durationMs).toBeLessThan(5_000);
    const pids = await pidsIn(pidFile);
    expect(pids).toHaveLength(2);
    for (const pid of pids) await until(() => !isAlive(pid), `the end of ${pid}`);
  });

  it('one that ignores abort and SIGTERM is killed at the hard limit', async () => {
    const outcome = await harness.once('rogue.deaf', {}, { softMs: 100, hardMs: 500 });
    expect(outcome.kind).toBe('timed-out');
  });

  it('the signal aborts at the soft limit: what the handler returns then counts', async () => {
    const outcome = await harness.once('rogue.reason', {}, { softMs: 200 });
    expect(outcome).toMatchObject({ kind: 'succeeded', result: '"SoftLimit"' });
    expect(outcome.durationMs).toBeGreaterThanOrEqual(190);
    expect(outcome.durationMs).toBeLessThan(5_000);
  });

  it('a handler that throws the reason of the soft limit has timed out', async () => {
    expect((await harness.once('rogue.polite', {}, { softMs: 100 })).kind).toBe('timed-out');
  });

  it('a killed child gives its slot back: the next job runs', async () => {
    await harness.once('rogue.spin', {}, { softMs: 100, hardMs: 200 });
    expect((await harness.once('rogue.environment')).kind).toBe('succeeded');
  });

  it('process.abort is a crash that names the signal', async () => {
    expect(await harness.once('rogue.abort')).toMatchObject({
      kind: 'crashed',
      detail: expect.stringContaining('SIGABRT'),
    });
  });

  it('process.exit is a crash, even with code 0, and its grandchildren end', async () => {
    const pidFile = join(harness.dir, 'exit');
    const outcome = await harness.once('rogue.exit', { code: 0, pidFile });
    expect(outcome).toMatchObject({ kind: 'crashed', detail: 'exit code 0' });
    for (const pid of await pidsIn(pidFile)) await until(() => !isAlive(pid), `the end of ${pid}`);
  });

  it('an unhandled rejection fails the job that runs', async () => {
    expect(await harness.once('rogue.reject')).toMatchObject({
      kind: 'failed',
      error: { class: 'RangeError', code: 'unhandled-rejection', message: 'nobody waits for me' },
    });
  });

  it('memory outside the heap beyond memoryMb is oom', async (context) => {
    if (process.platform !== 'linux') context.skip('resident memory is read from /proc');
    const outcome = await harness.once('rogue.hog');
    expect(outcome).toMatchObject({ kind: 'oom', detail: expect.stringMatching(/^\d+ MiB resident, limit 128 MiB$/) });
    expect(outcome.peakRssBytes).toBeGreaterThan(128 * 1024 * 1024);
  });

  it("V8's own heap limit is oom", async () => {
    const patient = await startHarness({ memoryPollMs: 60_000 });
    try {
      expect(await patient.once('rogue.heap')).toMatchObject({
        kind: 'oom',
        detail: expect.stringContaining('heap limit'),
      });
    } finally {
      await patient.close();
    }
  });

  it('cancel aborts the signal, and a polite handler is aborted by it', async () => {
    harness.runner.run([harness.attempt('polite', 'rogue.polite', {})]);
    harness.runner.cancel('polite', 10_000);
    expect((await harness.outcome('polite')).kind).toBe('aborted');
  });

  it('cancel kills after the grace what ignores it', async () => {
    const pidFile = join(harness.dir, 'cancel');
    harness.runner.run([harness.attempt('stubborn', 'rogue.spin', { pidFile })]);
    const pids = await pidsIn(pidFile);
    harness.runner.cancel('stubborn', 200, 'lease-lost');
    expect((await harness.outcome('stubborn')).kind).toBe('aborted');
    for (const pid of pids) await until(() => !isAlive(pid), `the end of ${pid}`);
  });

  it('cancel kills also a child that its module blocks, and the attempt ends without a run', async () => {
    const spinning = join(harness.dir, 'spinning');
    const blocked = await startHarness({ childEnv: { WINDLASS_SPEC_SPIN: spinning } });
    try {
      blocked.runner.run([blocked.attempt('importing', 'rogue.polite', {})]);
      await until(() => linesOf(spinning).length === 1, 'the import to block');
      blocked.runner.cancel('importing', 200);
      expect(await blocked.outcome('importing')).toMatchObject({ kind: 'aborted', durationMs: 0 });
      const { pid } = blocked.children.find(({ use }) => use === 'rogue.polite')!;
      await until(() => !isAlive(pid), `the end of ${pid}`);
    } finally {
      await blocked.close();
    }
  });
});
