import { createInProcessHub, type Delivery } from '@windlass/broker';
import { ManualRuntime } from '@windlass/clock';
import { waitFor } from '@windlass/testing';
import { describe, expect, it } from 'vitest';
import { collect } from '../worker-under-test.fixture.js';
import { JobConsumer } from './consume-jobs.js';

describe('the consumer of a type', () => {
  it('gives its messages back when it is full, also after it was unwanted for a while', async () => {
    const broker = createInProcessHub().connect();
    await broker.declareQueue('hash');
    const runtime = new ManualRuntime();
    const got: Delivery[] = [];
    let returned = 0;
    const consumer = new JobConsumer({
      ...{ type: 'hash', weight: 'tiny', broker, runtime, logger: collect([]) },
      onMessage: (delivery) => got.push(delivery),
      onReturned: () => {
        returned += 1;
      },
      onMissing: () => {},
    });
    await consumer.setWanted(true);
    consumer.setFull(true);
    await consumer.setWanted(false); // while it waits whether it stays full
    await consumer.setWanted(true);
    expect(returned).toBe(1);
    consumer.setFull(true);
    await runtime.advance(1_000);
    await waitFor(() => returned === 2, { what: 'the full consumer to leave' });
    await broker.publish('hash', Buffer.from('x'), { ttlMs: 1_000, persistent: false, timeoutMs: 1_000 });
    expect(got).toEqual([]);
    consumer.setFull(false);
    await waitFor(() => got.length === 1, { what: 'the message once there is room' });
  });
});
