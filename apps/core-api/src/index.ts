export { CoreConfig } from './core.config.js';
export { type CoreDependencies, createCore } from './create-core.js';
