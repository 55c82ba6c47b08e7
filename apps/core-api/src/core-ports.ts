import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import type { Dispatcher, LiveSlots } from '@windlass/dispatch';
import type { Logger } from '@windlass/service-kit';
import type { Database } from '@windlass/store';

/** What the stages of core work with. Built once in create-core.ts. */
export interface CorePorts {
  db: Database;
  broker: Broker;
  runtime: Runtime;
  logger: Logger;
  dispatcher: Dispatcher;
  liveSlots: LiveSlots;
  leaseMs: number;
}
