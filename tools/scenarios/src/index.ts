export type * from './scenario.js';
export { SCENARIOS } from './scenarios.js';
