import type { RunnerClock } from './runner.contract.js';

/** Used where no clock is injected. */
export const systemClock: RunnerClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
