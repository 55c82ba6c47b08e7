import { writeFile } from 'node:fs/promises';
import type { AppendLogs } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('log lines', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
    await (await bed.startWorker()).announced;
  });
  afterEach(() => bed.close());

  const messages = () => bed.core.bodies<AppendLogs>('append.logs');
  const ended = (job: { state: string }) => waitFor(() => job.state === 'done', { what: 'the job to end' });
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

  it('reach core in order, numbered from 1, before the report of their attempt', async () => {
    bed.core.status = (report) => {
      linesAtReport = bed.core.jobs.get(report.jobId)!.lines.length;
      return 'recorded';
    };
    let linesAtReport = 0;
    const startMs = Date.now();
    const [job] = await bed.core.submit('test.talk', { lines: 700 });
    await ended(job!);
    expect(linesAtReport).toBe(700);
    expect(job!.lines.map(({ seq }) => seq)).toEqual(numbers(700));
    expect(job!.lines[1]).toMatchObject({ seq: 2, level: 'warn', source: 'handler', message: 'line 2' });
    expect(job!.lines[0]!.at).toBeGreaterThanOrEqual(startMs);
    for (const { items } of messages()) expect(items[0]!.lines.length).toBeLessThanOrEqual(500);
  });

  it('are there while the job still runs', async () => {
    const [job] = await bed.core.submit('test.talk', { lines: 3, untilFile: bed.path('go') });
    await waitFor(() => job!.lines.length === 3, { what: 'the lines' });
    expect(job!.state).toBe('running');
    await writeFile(bed.path('go'), '');
  });

  it('of many tiny jobs travel together, each to its own job', async () => {
    const jobs = await bed.core.submit('test.chat', ...Array.from({ length: 60 }, () => ({ lines: 5 })));
    await Promise.all(jobs.map(ended));
    for (const job of jobs) expect(job.lines.map(({ seq }) => seq)).toEqual(numbers(5));
    expect(messages().length).toBeLessThan(30);
  });

  it('cost a job that logs nothing no message', async () => {
    const [job] = await bed.core.submit('hash', 1);
    await ended(job!);
    expect(messages()).toEqual([]);
  });

  it('are sent again until core has answered, and stand there once', async () => {
    let lost = 0;
    bed.core.trouble = (kind) => (kind === 'append.logs' && lost++ < 2 ? 'lose' : undefined);
    const [job] = await bed.core.submit('test.talk', { lines: 10, untilFile: bed.path('go') });
    await waitFor(() => messages().length >= 3, { what: 'the lines to be repeated' });
    await writeFile(bed.path('go'), '');
    await ended(job!);
    expect(job!.lines.map(({ seq }) => seq)).toEqual(numbers(10));
  });

  it('do not hold up a report for long when core does not take them', async () => {
    bed.core.trouble = (kind) => (kind === 'append.logs' ? fault('store.unavailable') : undefined);
    const [job, silent] = [
      ...(await bed.core.submit('test.talk', { lines: 1 })),
      ...(await bed.core.submit('hash', 1)),
    ];
    await ended(silent!);
    expect(job!.state).toBe('running');
    await waitFor(() => messages().length > 0, { what: 'the lines to be sent' });
    const sinceMs = performance.now();
    await ended(job!);
    expect(performance.now() - sinceMs).toBeLessThan(3_500);
    expect(job!.reports).toMatchObject([{ outcome: 'succeeded' }]);
  });

  it('go first when a core that was away is back', async () => {
    let reports = 0;
    bed.core.trouble = (kind) => {
      if (kind === 'report.attempts') reports += 1;
      const away = reports < 2 || (kind === 'report.attempts' && reports === 2);
      return away && (kind === 'append.logs' || kind === 'report.attempts') ? fault('store.unavailable') : undefined;
    };
    const [job] = await bed.core.submit('test.talk', { lines: 20 });
    await ended(job!);
    expect(reports).toBe(3);
    expect(job!.lines.map(({ seq }) => seq)).toEqual(numbers(20));
  });

  it('of an attempt that is no longer current are dropped for good', async () => {
    const files = { startedFile: bed.path('started'), untilFile: bed.path('go') };
    const [job] = await bed.core.submit('test.talk', { lines: 1, ...files });
    await waitFor(() => job!.lines.length === 1, { what: 'the first line' });
    job!.lines = [];
    job!.state = 'done'; // core has ended the attempt, and the worker does not know yet
    const [other] = await bed.core.submit('test.talk', { lines: 1 });
    await ended(other!);
    await writeFile(bed.path('go'), '');
    await waitFor(() => !bed.core.beats(job!), { what: 'its report to be answered' });
    expect(job!.lines).toEqual([]);
  });

  it('that core cannot read are given up alone', async () => {
    let bad = '';
    bed.core.trouble = (kind, body) => {
      if (kind !== 'append.logs') return undefined;
      return (body as AppendLogs).items.some((item) => item.jobId === bad) ? fault('internal.bug') : undefined;
    };
    const untilFile = bed.path('go');
    const [spoilt] = await bed.core.submit('test.talk', { lines: 3, untilFile });
    bad = spoilt!.id;
    const [sound] = await bed.core.submit('test.talk', { lines: 3, untilFile });
    await waitFor(() => sound!.lines.length === 3, { what: 'the lines of its neighbour' });
    await waitFor(() => bed.logs.some((line) => line.startsWith('core cannot take these')), { what: 'the loss' });
    await writeFile(untilFile, '');
    await Promise.all([ended(spoilt!), ended(sound!)]);
    expect(spoilt!.lines).toEqual([]);
  });
});
