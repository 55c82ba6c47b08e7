import { writeFile } from 'node:fs/promises';
import type { BeatWorker, ReportAttempts } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('report and beat', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
    await (await bed.startWorker()).announced;
  });
  afterEach(() => bed.close());

  const reports = () => bed.core.bodies<ReportAttempts>('report.attempts');
  const beats = () => bed.core.bodies<BeatWorker>('beat.worker');
  const waiting = () => ({ startedFile: bed.path('started'), untilFile: bed.path('go') });
  const firstPid = () => waitFor(async () => (await bed.pids('started'))[0], { what: 'the handler to start' });

  it('sends a report until core has answered, and beats for its attempt until then', async () => {
    bed.core.trouble = (kind) => (kind === 'report.attempts' ? 'lose' : undefined);
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => reports().length >= 3, { what: 'the report to be repeated' });
    const seen = beats().length;
    await waitFor(() => beats().length > seen + 1, { what: 'further beats' });
    expect(bed.core.beats(job!)).toBe(true);
    bed.core.trouble = () => undefined;
    await waitFor(() => !bed.core.beats(job!), { what: 'the attempt to leave the beats' });
    expect(job!.reports).toHaveLength(1);
  });

  it('sends a report again over a new connection when the old one broke', async () => {
    let cut = false;
    bed.core.trouble = (kind) => {
      if (kind !== 'report.attempts' || cut) return undefined;
      cut = true;
      return 'cut';
    };
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => cut && reports().length >= 2 && !bed.core.beats(job!), { what: 'the report to be answered' });
    expect(job!.reports).toHaveLength(1);
  });

  it('reports an outcome that core cannot store as a failure, once', async () => {
    bed.core.status = (report) => (report.outcome === 'succeeded' ? 'refused' : 'recorded');
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    expect(job!.reports).toMatchObject([
      { outcome: 'failed', error: { class: 'DataRefused', code: 'report.data-refused' } },
    ]);
    expect(job!.reports[0]!.result).toBeUndefined();
  });

  it('does not let one report that breaks core hold up its neighbours', async () => {
    let bad = '';
    bed.core.trouble = (kind, body) => {
      if (kind !== 'report.attempts') return undefined;
      return (body as ReportAttempts).items.some((item) => item.jobId === bad) ? fault('internal.bug') : undefined;
    };
    const payloads = Array.from({ length: 20 }, (_, index) => index);
    const jobs = await bed.core.submit('test.echo', ...payloads);
    bad = jobs[7]!.id;
    await waitFor(() => jobs.filter((job) => job.state === 'done').length === 19, { what: 'the neighbours to end' });
    expect(jobs[7]!.state).toBe('running');
    expect(bed.core.beats(jobs[7]!)).toBe(true);
    bad = '';
    await waitFor(() => jobs[7]!.state === 'done', { what: 'the last job to end' });
    expect(jobs[7]!.reports).toMatchObject([{ outcome: 'succeeded', result: '7' }]);
  });

  it('kills the child of a fenced attempt, reports nothing of it, and has its slot back', async () => {
    const [job] = await bed.core.submit('test.spin', { startedFile: bed.path('started') });
    const pid = await firstPid();
    bed.core.fenced.add(job!.id);
    await waitFor(() => !isAlive(pid), { what: 'the child to die' });
    await waitFor(
      () =>
        beats()
          .at(-1)!
          .presence?.types.find((row) => row.type === 'test.spin')?.busy === 0,
      { what: 'a free slot' },
    );
    expect(bed.core.beats(job!)).toBe(false);
    expect(reports()).toEqual([]);
  });

  it('drops the report of an attempt that is fenced while it waits', async () => {
    bed.core.trouble = (kind) => (kind === 'report.attempts' ? fault('store.unavailable') : undefined);
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => reports().length > 0, { what: 'a report' });
    bed.core.fenced.add(job!.id);
    const fencedAt = beats().length;
    await waitFor(() => beats().length > fencedAt + 2 && !bed.core.beats(job!), {
      what: 'the attempt to be forgotten',
    });
    bed.core.trouble = () => undefined;
    const [next] = await bed.core.submit('hash', 2);
    await waitFor(() => next!.state === 'done', { what: 'the next job to end' });
    expect(job!.state).toBe('running');
  });

  it('kills nothing while core is away for many leases, and reports once it is back', async () => {
    const [job] = await bed.core.submit('test.wait', waiting());
    const pid = await firstPid();
    bed.core.trouble = () => fault('store.unavailable');
    // A beat is a quarter of a lease.
    const gone = beats().length;
    await waitFor(() => beats().length > gone + 20, { what: 'five leases of beats in vain' });
    expect(isAlive(pid)).toBe(true);
    await writeFile(bed.path('go'), '');
    await waitFor(() => reports().length > 0, { what: 'the outcome to be sent' });
    expect(job!.state).toBe('running');
    bed.core.trouble = () => undefined;
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    expect(job).toMatchObject({ epoch: 1, reports: [{ outcome: 'succeeded', result: '"waited"' }] });
  });

  it('tells progress with its phase, once for each change', async () => {
    const [job] = await bed.core.submit('test.wait', waiting());
    const told = () =>
      beats()
        .flatMap((beat) => beat.attempts)
        .filter((attempt) => attempt.progress);
    await waitFor(() => told().length > 0, { what: 'progress' });
    const seen = beats().length;
    await waitFor(() => beats().length > seen + 15, { what: 'further beats' });
    expect(told()).toMatchObject([{ jobId: job!.id, progress: { percent: 50, message: 'waiting', phase: 'hall' } }]);
    await writeFile(bed.path('go'), '');
  });

  it("passes the handler's own error and its wish on", async () => {
    const [job] = await bed.core.submit('test.refuse', {});
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    const error = { class: 'FailJob', code: 'test.nothing', message: 'no such thing' };
    expect(job!.reports).toMatchObject([{ outcome: 'failed', retry: 'never', error }]);
  });
});
