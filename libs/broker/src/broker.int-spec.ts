import { testServerIfAvailable } from '@windlass/testing';
import { brokerConformance } from './broker.conformance.js';
import type { BrokerHarness } from './conformance/brokers-under-test.fixture.js';
import { createInProcessHub } from './in-process/in-process-hub.js';
import { rabbitHarness } from './rabbit/rabbit-harness.fixture.js';

async function inProcessHarness(): Promise<BrokerHarness> {
  const hub = createInProcessHub();
  return {
    connect: async () => hub.connect(),
    dropConnections: () => {
      hub.setState('down');
      hub.setState('up');
    },
    setReachable: (reachable) => hub.setState(reachable ? 'up' : 'down'),
    takeDeadLetters: async () => hub.takeDeadLetters(),
    stop: async () => undefined,
  };
}

brokerConformance('in-process', inProcessHarness);
brokerConformance('RabbitMQ 3.10', () => rabbitHarness('rabbitmq'));
// The one server that a machine may be unable to have; the test run says so itself.
const four = await testServerIfAvailable('rabbitmq4');
if (!('unavailable' in four)) brokerConformance('RabbitMQ 4', () => rabbitHarness('rabbitmq4'));
