import { describe } from 'vitest';
import { broadcastConformance } from './conformance/broadcasts.conformance.js';
import { type BrokerHarness, brokersUnderTest } from './conformance/brokers-under-test.fixture.js';
import { jobQueueConformance } from './conformance/job-queues.conformance.js';
import { lossConformance } from './conformance/loss.conformance.js';
import { requestConformance } from './conformance/requests.conformance.js';

/** What every broker adapter must keep. */
export function brokerConformance(name: string, makeHub: () => Promise<BrokerHarness>): void {
  describe(name, () => {
    const under = brokersUnderTest(makeHub);
    jobQueueConformance(under);
    requestConformance(under);
    broadcastConformance(under);
    lossConformance(under);
  });
}
