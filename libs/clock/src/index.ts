export { ManualRuntime } from './manual-runtime.js';
export { type Runtime, systemRuntime, type Timer } from './runtime.js';
