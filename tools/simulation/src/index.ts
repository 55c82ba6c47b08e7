export { openWarmStage } from './open-warm-stage.js';
export type { Stage } from './services/stage.js';
export { type SeedOptions, type SeedOutcome, simulateSeed } from './simulate-seed.js';
