export { ConfigFault } from './config/config-fault.js';
export { describeConfig, type EnvEntry } from './config/describe-config.js';
export { EngineConfig } from './config/engine.config.js';
export { Env, type EnvKind, type EnvOptions } from './config/env.decorator.js';
export { FilesConfig, fileStoreOptions } from './config/files.config.js';
export { loadConfig } from './config/load-config.js';
export { ServiceConfig } from './config/service.config.js';
export { strongSecret } from './config/strong-secret.js';
export { strongUrlPassword } from './config/strong-url-password.js';
export { createHealthServer, type HealthServer, type HealthServerOptions } from './health/create-health-server.js';
export { HealthModule } from './health/health.module.js';
export type { HealthCheck } from './health/health-check.js';
export { HealthState } from './health/health-state.js';
export { createLogger, type LogDestination, type Logger, type LoggerOptions } from './log/create-logger.js';
export { maskText } from './log/mask-text.js';
export { NestLogger } from './log/nest-logger.js';
export { BrokerRpcServer, type BrokerRpcServerOptions } from './rpc/broker-rpc-server.js';
export {
  type CallKind,
  CircuitBreaker,
  type CircuitOptions,
  type CircuitPolicy,
  DEFAULT_CIRCUIT,
} from './rpc/circuit-breaker.js';
export { Rpc } from './rpc/rpc.decorator.js';
export { type RpcCallOptions, RpcClient, type RpcClientOptions } from './rpc/rpc-client.js';
export { loadEnvFiles } from './run/load-env-files.js';
export { type RunningService, type RunOptions, runService, type ServiceContext } from './run/run-service.js';
