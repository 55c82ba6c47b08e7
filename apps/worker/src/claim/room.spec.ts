import type { BeatWorker } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { waitFor } from '@windlass/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestBed, type TestBed } from '../worker-under-test.fixture.js';

/** As large as one may be in a report. */
const LARGE = 'x'.repeat(262_142);
/** So many of them are more than a worker keeps. */
const COUNT = 280;
/** A claim's answer is bounded as every message is. */
const PACK = 40;

describe('room for results that core has not taken', () => {
  let bed: TestBed;
  beforeEach(async () => {
    bed = await openTestBed();
  });
  afterEach(() => bed.close());

  it('a worker that stopped claiming because of them claims again once core has taken them', async () => {
    await (await bed.startWorker({ SLOTS: `test.echo=${COUNT}` })).announced;
    bed.core.trouble = (kind) => (kind === 'report.attempts' ? fault('store.unavailable') : undefined);
    const jobs: Awaited<ReturnType<TestBed['core']['submit']>> = [];
    for (let n = 0; n < COUNT; n += PACK) {
      jobs.push(...(await bed.core.submit('test.echo', ...Array<string>(PACK).fill(LARGE))));
    }
    const full = () => {
      const beat = bed.core.bodies<BeatWorker>('beat.worker').findLast((each) => each.presence);
      const busy = beat?.presence?.types.find((row) => row.type === 'test.echo')?.busy;
      return busy === 0 && beat?.attempts.length === jobs.length;
    };
    await waitFor(full, { what: 'all results to wait' });
    const [later] = await bed.core.submit('test.echo', 1);
    const returned: string[] = [];
    const other = await bed.hub.connect().consume('test.echo', { prefetch: 1 }, () => returned.push('message'));
    await waitFor(() => returned.length === 1, { what: 'the full worker to hand its message back' });
    expect(later?.state).toBe('queued');
    await other.cancel();

    bed.core.trouble = () => undefined;
    await waitFor(() => jobs.every((job) => job.state === 'done'), { what: 'the results to be taken' });
    await waitFor(() => later?.state === 'done', { what: 'the job behind them to end', timeoutMs: 10_000 });
  });
});
