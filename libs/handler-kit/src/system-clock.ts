/** What a runner and its handlers need of time; the services' `Runtime` fits as it is. */
export interface RunnerClock {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** For durations and deadlines. */
  monotonicMs(): number;
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** Used where no clock is injected. */
export const systemClock: RunnerClock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
