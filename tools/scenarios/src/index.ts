export { CleanUp } from './faults/ground/clean-up.js';
export type * from './scenario.js';
export { SCENARIOS } from './scenarios.js';
