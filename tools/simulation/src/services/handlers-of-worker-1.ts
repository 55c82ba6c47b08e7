import { makeSimHandlers } from './sim-handlers.js';

export default makeSimHandlers('worker-1');
