export { isFlawless, runChaos } from './run-chaos.js';
