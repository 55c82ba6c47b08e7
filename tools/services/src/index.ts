export { pickPorts } from './pick-port.js';
export { createVhost, deleteVhost, evalOnRabbit, rabbitCtl } from './rabbit-tools.js';
export { reapAbandonedRuns } from './run-dir.js';
export {
  type AddressOf,
  isUnavailable,
  type Origin,
  type Outcome,
  type PostgresAddress,
  type RabbitAddress,
  type RedisAddress,
  type S3Address,
  SERVICE_NAMES,
  type ServerHandle,
  type ServiceName,
  type ToolCall,
  type Unavailable,
} from './service-types.js';
export { installServices, type RunningServices, type StartOptions, startServices } from './start-services.js';
