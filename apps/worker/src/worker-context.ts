import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import type { FileStore } from '@windlass/files';
import type { Logger, RpcClient } from '@windlass/service-kit';

/** What a worker is given from outside. It closes none of it. */
export interface WorkerPorts {
  broker: Broker;
  files: FileStore;
  logger: Logger;
  runtime: Runtime;
}

/** What all stages share. */
export interface WorkerContext extends WorkerPorts {
  /** core, as it answers workers */
  core: RpcClient;
  /** name */
  worker: string;
  /** name of the machine, as the history shows it */
  machine: string;
  /** New with each start, so that core can tell this life from the one before under the same name. */
  incarnation: string;
}
