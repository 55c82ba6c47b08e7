export { HANDLER_VARIABLES } from './config/handler-variables.js';
export { WorkerConfig } from './config/worker.config.js';
export { createWorker, type RunningWorker } from './create-worker.js';
export type { WorkerPorts } from './worker-context.js';
