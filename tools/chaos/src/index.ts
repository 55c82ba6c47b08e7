export { isFlawless } from './chaos-report.js';
export { runChaos } from './run-chaos.js';
