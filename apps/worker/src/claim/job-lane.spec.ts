import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { ManualRuntime } from '@windlass/clock';
import { dispatchJobs } from '@windlass/contracts';
import { waitFor } from '@windlass/testing';
import { describe, expect, it } from 'vitest';
import type { WorkerType } from '../announce/choose-job-types.js';
import type { WorkerContext } from '../worker-context.js';
import { collect } from '../worker-under-test.fixture.js';
import { JobLane } from './job-lane.js';

describe('the lane of a type', () => {
  it('gets what waited back from a broker that was away with its connections open', async () => {
    const broker = createInProcessHub().connect();
    await broker.declareQueue('hash');
    const runtime = new ManualRuntime();
    const claims: { ids: string[]; answer: () => void }[] = [];
    const lane = new JobLane({
      context: { broker, runtime, logger: collect([]) } as unknown as WorkerContext,
      type: { name: 'hash', weight: 'tiny', slots: 8 } as unknown as WorkerType,
      room: () => 100,
      take: (_lane, ids) => new Promise((answer) => claims.push({ ids, answer })),
      onMissing: () => {},
    });
    lane.open([1]);
    const send = (id: string) =>
      broker.publish('hash', dispatchJobs.encode({ type: 'hash', ids: [id] }), {
        ttlMs: 60_000,
        persistent: false,
        timeoutMs: 1_000,
      });
    const [claimed, waiting] = [randomUUID(), randomUUID()];
    await send(claimed);
    await waitFor(() => claims.length === 1, { what: 'the first claim' });
    await send(waiting);
    await new Promise((resolve) => setImmediate(resolve));
    lane.brokerAway();
    claims[0]!.answer();
    await waitFor(() => claims.length === 2, { what: 'the job that waited' });
    expect(claims.map((each) => each.ids)).toEqual([[claimed], [waiting]]);
    claims[1]!.answer();
    await lane.close();
  });
});
