import { writeFile } from 'node:fs/promises';
import type { Delivery } from '@windlass/broker';
import { type BeatWorker, type ClaimJobs, dispatchJobs, type ReportAttempts } from '@windlass/contracts';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from '../worker-under-test.fixture.js';

describe('claim', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
  });
  afterEach(() => bed.close());

  const started = async (environment?: Record<string, string>) => (await bed.startWorker(environment)).announced;
  const claims = () => bed.core.bodies<ClaimJobs>('claim.jobs');
  const claimsOf = (id: string) => claims().filter((claim) => claim.ids.includes(id));

  it('repeats a claim whose answer was lost with the same token, and runs what it was granted once', async () => {
    let lost = 0;
    bed.core.trouble = (kind) => (kind === 'claim.jobs' && lost++ < 2 ? 'lose' : undefined);
    await started({ MACHINE: 'press-3' });
    const [job] = await bed.core.submit('hash', { a: 1 });
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    expect(new Set(claims().map((claim) => claim.token)).size).toBe(1);
    expect(claims()[0]!.machine).toBe('press-3');
    expect(claims()).toHaveLength(3);
    expect(job).toMatchObject({ epoch: 1, reports: [{ outcome: 'succeeded' }] });
  });

  it('runs a job once when the connection breaks between the claim and its answer', async () => {
    let cut = false;
    bed.core.trouble = (kind) => {
      if (kind !== 'claim.jobs' || cut) return undefined;
      cut = true;
      return 'cut';
    };
    await started();
    const [job] = await bed.core.submit('test.wait', {
      startedFile: bed.path('started'),
      untilFile: bed.path('started'),
    });
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
    // The broker gave the unacknowledged message out again; nothing comes of it.
    expect(job).toMatchObject({ epoch: 1, reports: [{ outcome: 'succeeded' }] });
    expect(await bed.pids('started')).toHaveLength(1);
  });

  it('when full, hands its messages back within a second and takes more once a slot is free', async () => {
    await started();
    const files = { startedFile: bed.path('started'), untilFile: bed.path('go') };
    const [first] = await bed.core.submit('test.wait', files);
    const [second] = await bed.core.submit('test.wait', files);
    await waitFor(() => first!.state === 'running', { what: 'the first job to run' });
    const fullSinceMs = performance.now();
    const got: Delivery[] = [];
    const other = await bed.hub.connect().consume('test.wait', { prefetch: 1 }, (delivery) => void got.push(delivery));
    await waitFor(() => got.length === 1, { what: 'the second message at another worker', intervalMs: 5 });
    expect(performance.now() - fullSinceMs).toBeLessThan(1_000);
    expect(dispatchJobs.decode(got[0]!.body).ids).toEqual([second!.id]);
    expect(claimsOf(second!.id)).toEqual([]);

    await other.cancel();
    expect(second!.state).toBe('queued');
    await writeFile(bed.path('go'), '');
    await waitFor(() => first!.state === 'done' && second!.state === 'done', { what: 'both jobs to end' });
  });

  it('claims a message of more jobs than slots in parts, never more than are free, and runs each once', async () => {
    await started({ SLOTS: 'test.echo=40' });
    const jobs = await bed.core.submit('test.echo', ...Array.from({ length: 150 }, (_, index) => ({ index })));
    await waitFor(() => jobs.every((job) => job.state === 'done'), { what: 'all jobs to end' });
    for (const claim of claims()) {
      expect(claim.ids.length).toBeLessThanOrEqual(claim.free);
      expect(claim.free).toBeLessThanOrEqual(40);
    }
    expect(jobs.map((job) => job.reports.map((report) => report.result))).toEqual(jobs.map((job) => [job.payload]));
    // Packed: many outcomes travel in one report.
    expect(bed.core.bodies<ReportAttempts>('report.attempts').length).toBeLessThan(75);
  });

  it('dead-letters a message that it cannot read, and goes on', async () => {
    await started();
    await bed.core.dispatch('hash', Buffer.from('{"v":1'));
    await bed.core.dispatch(
      'hash',
      dispatchJobs.encode({ type: 'test.echo', ids: ['01900000-0000-7000-8000-000000000000'] }),
    );
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => job!.state === 'done', { what: 'the job behind them to end' });
    expect(bed.hub.takeDeadLetters()).toHaveLength(2);
    expect(claims()).toHaveLength(1);
  });

  it('does not consume a type that core refused', async () => {
    bed.core.refused = [{ name: 'test.echo', version: 1, reason: 'another schema is registered' }];
    await started();
    await bed.core.submit('test.echo', 1);
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => job!.state === 'done', { what: 'a job of another type to end' });
    expect(claims().map((claim) => claim.type)).toEqual(['hash']);
    expect(bed.logs.join('\n')).toContain('another schema is registered');
    const offered = bed.core
      .bodies<BeatWorker>('beat.worker')
      .at(-1)
      ?.presence?.types.map((row) => row.type);
    expect(offered).toContain('hash');
    expect(offered).not.toContain('test.echo');
  });

  it('announces itself again when the broker has lost its queues', async () => {
    await started();
    bed.hub.wipe();
    await waitFor(() => bed.core.bodies('announce.worker').length > 1, { what: 'another announcement' });
    const [job] = await waitFor(() => bed.core.submit('hash', 1), { what: 'the queue' });
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
  });

  it('waits for a core that is not there yet', async () => {
    await bed.core.away();
    const worker = await bed.startWorker();
    await waitFor(() => bed.logs.some((line) => line.startsWith('core does not know')), {
      what: 'a vain announcement',
    });
    await bed.core.start();
    await worker.announced;
    const [job] = await bed.core.submit('hash', 1);
    await waitFor(() => job!.state === 'done', { what: 'the job to end' });
  });
});
