import config, { PROOF_SPECS } from './vitest.config.js';

/** One at a time: each of them takes the whole machine. */
export default {
  test: { ...config.test, include: [PROOF_SPECS], exclude: ['**/node_modules/**', '**/dist/**'], maxWorkers: 1 },
};
