import { readFile, writeFile } from 'node:fs/promises';
import { type BeatWorker, CANCEL_GRACE_MS } from '@windlass/contracts';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, openTestBed, type TestBed } from '../worker-under-test.fixture.js';

/** From the message to the death of the process, whatever it does. */
const DEADLINE_MS = 2_000;

describe('cancel', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
    await (await bed.startWorker()).announced;
  });
  afterEach(() => bed.close());

  const firstPid = () => waitFor(async () => (await bed.pids('started'))[0], { what: 'the handler to start' });
  const startedFile = () => bed.path('started');
  const busy = (type: string) =>
    bed.core
      .bodies<BeatWorker>('beat.worker')
      .findLast((beat) => beat.presence)
      ?.presence?.types.find((row) => row.type === type)?.busy;

  it('kills a child that spins within two seconds, beats for it until then, and reports it without a warning', async () => {
    const [job] = await bed.core.submit('test.spin', { startedFile: startedFile() });
    const pid = await firstPid();
    const sinceMs = performance.now();
    await bed.core.cancel(job!);
    const seen = bed.core.bodies('beat.worker').length;
    await waitFor(() => bed.core.bodies('beat.worker').length > seen + 3, { what: 'beats in its grace' });
    expect(bed.core.beats(job!)).toBe(true);
    expect(isAlive(pid)).toBe(true);
    await waitFor(() => !isAlive(pid), { what: 'the child to die', intervalMs: 5 });
    const tookMs = performance.now() - sinceMs;
    expect(tookMs).toBeGreaterThanOrEqual(CANCEL_GRACE_MS - 50);
    expect(tookMs).toBeLessThan(DEADLINE_MS);
    await waitFor(() => busy('test.spin') === 0 && !bed.core.beats(job!), { what: 'the slot to be free' });
    expect(job!.reports).toMatchObject([{ outcome: 'aborted' }]);
    expect(bed.logs.filter((line) => line.startsWith('an outcome came too late'))).toEqual([]);
  });

  it('reaches the child by the next beat when the broadcast was lost', async () => {
    const [job] = await bed.core.submit('test.spin', { startedFile: startedFile() });
    const pid = await firstPid();
    await bed.core.cancel(job!, { broadcast: false });
    await waitFor(() => !isAlive(pid), { what: 'the child to die' });
    await waitFor(() => job!.reports.length === 1, { what: 'its report' });
  });

  it('lets a handler that obeys end by itself: its last words and what it stored are in core', async () => {
    const [job] = await bed.core.submit('test.obey', { startedFile: startedFile() });
    const sinceMs = await firstPid().then(() => performance.now());
    await bed.core.cancel(job!);
    await waitFor(() => job!.reports.length === 1, { what: 'its report' });
    expect(performance.now() - sinceMs).toBeLessThan(CANCEL_GRACE_MS);
    expect(job!.reports).toMatchObject([{ outcome: 'aborted', artifacts: [{ name: 'begun.txt' }] }]);
    expect(job!.lines).toMatchObject([{ seq: 1, level: 'warn', message: 'ended by Cancelled' }]);
  });

  it('ends one that has not started without a run', async () => {
    const waiting = { startedFile: startedFile(), untilFile: bed.path('go') };
    const [first, second, third] = await bed.core.submit('test.nap', waiting, waiting, waiting);
    await firstPid();
    await bed.core.cancel(second!);
    await waitFor(() => second!.reports.length === 1, { what: 'the report of the cancelled one' });
    expect(second!.reports).toMatchObject([{ outcome: 'aborted', durationMs: 0 }]);
    await writeFile(bed.path('go'), '');
    await waitFor(() => first!.state === 'done' && third!.state === 'done', { what: 'its neighbours to end' });
    expect(await bed.pids('started')).toHaveLength(2);
  });

  it('harms no neighbour of a tiny one that spins: each of them runs, once', async () => {
    const payloads = Array.from({ length: 8 }, (_, n) => ({ startedFile: startedFile(), n, spin: n === 3 }));
    const jobs = await bed.core.submit('test.churn', ...payloads);
    await waitFor(async () => (await bed.pids('started')).length === 4, { what: 'the fourth to spin' });
    await bed.core.cancel(jobs[3]!);
    const others = jobs.filter((job) => job !== jobs[3]);
    await waitFor(() => others.every((job) => job.state === 'done'), { what: 'the neighbours to end' });
    for (const job of others) expect(job).toMatchObject({ epoch: 1, reports: [{ outcome: 'succeeded' }] });
    await waitFor(() => jobs[3]!.reports.length === 1, { what: 'the report of the cancelled one' });
    const runs = (await readFile(startedFile(), 'utf8')).trim().split('\n');
    expect(runs).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('is not missed when it comes before the answer to the claim', async () => {
    let told = false;
    bed.core.trouble = (kind) => {
      if (kind !== 'claim.jobs' || told) return undefined;
      told = true;
      // The grant is committed, the cancel is broadcast, the answer is lost: it comes with the repeated claim.
      setImmediate(() => bed.core.tellCancelled([...bed.core.jobs.values()][0]!));
      return 'lose';
    };
    const [job] = await bed.core.submit('test.obey', { startedFile: startedFile() });
    await waitFor(() => job!.state === 'done', { what: 'the attempt to end' });
    expect(job!.reports).toMatchObject([{ outcome: 'aborted' }]);
  });

  it('of an attempt that is lost as well still frees the slot', async () => {
    const [job] = await bed.core.submit('test.spin', { startedFile: startedFile() });
    const pid = await firstPid();
    await bed.core.cancel(job!);
    bed.core.fenced.add(job!.id);
    await waitFor(() => !isAlive(pid), { what: 'the child to die' });
    await waitFor(() => busy('test.spin') === 0, { what: 'a free slot' });
    expect(job!.reports).toEqual([]);
  });

  it('of an outcome that waits for core is not a second end', async () => {
    bed.core.trouble = (kind) => (kind === 'report.attempts' ? 'lose' : undefined);
    bed.core.status = () => 'fenced';
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => bed.core.bodies('report.attempts').length > 0, { what: 'the report' });
    await bed.core.cancel(job!);
    bed.core.trouble = () => undefined;
    await waitFor(() => !bed.core.beats(job!), { what: 'the attempt to be closed' });
    expect(bed.logs.filter((line) => line.startsWith('an outcome came too late'))).toEqual([]);
  });
});
