import type { Broker } from '@windlass/broker';
import type { Dispatcher } from '@windlass/dispatch';
import type { Logger } from '@windlass/service-kit';
import type { Database } from '@windlass/store';

/** What bulk actions work with. */
export interface ActionPorts {
  db: Database;
  broker: Broker;
  dispatcher: Dispatcher;
  logger: Logger;
}
