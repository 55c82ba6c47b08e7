import type { Broker } from '@windlass/broker';
import type { Runtime } from '@windlass/clock';
import type { FileStore } from '@windlass/files';
import type { Logger } from '@windlass/service-kit';

/** What the gateway needs from outside. The caller opens these and closes them after the gateway has stopped. */
export interface GatewayPorts {
  broker: Broker;
  files: FileStore;
  logger: Logger;
  runtime: Runtime;
}

/** Injection tokens of the ports, which are interfaces. */
export const BROKER = Symbol('Broker');
export const FILES = Symbol('FileStore');
export const LOGGER = Symbol('Logger');
export const RUNTIME = Symbol('Runtime');

/** RpcClients to core with circuits of their own: for submissions, and for looking up API keys. All else uses `RpcClient` itself. */
export const SUBMIT_CORE = Symbol('RpcClient for submissions');
export const KEYS_CORE = Symbol('RpcClient for API keys');
