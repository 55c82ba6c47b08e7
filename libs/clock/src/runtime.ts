import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** A running timer. `unref` lets the process exit while it waits. */
export interface Timer {
  cancel(): void;
  unref(): Timer;
}

/**
 * Time, timers, ids and chance. Everything outside SQL takes them from here, so that a seed can replay a run
 * (decision 10). SQL has `windlass_now()` for the same reason.
 */
export interface Runtime {
  /** Wall clock in ms since the epoch. Never use it to measure a duration: it may jump. */
  now(): number;
  /** Monotonic clock in ms, for durations and deadlines. */
  monotonicMs(): number;
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Timer;
  /** Resolves after `delayMs`; resolves early (does not reject) when `signal` aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
  randomBytes(length: number): Uint8Array;
  /** UUID version 7 (RFC 9562): ids made later sort later within one process. */
  uuid(): string;
}

class SystemTimer implements Timer {
  constructor(private readonly handle: NodeJS.Timeout) {}
  cancel(): void {
    clearTimeout(this.handle);
  }
  unref(): Timer {
    this.handle.unref();
    return this;
  }
}

class SystemRuntime implements Runtime {
  now(): number {
    return Date.now();
  }
  monotonicMs(): number {
    return performance.now();
  }
  after(delayMs: number, run: () => void): Timer {
    return new SystemTimer(setTimeout(run, delayMs));
  }
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(handle);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const handle = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
  random(): number {
    return Math.random();
  }
  randomBytes(length: number): Uint8Array {
    return randomBytes(length);
  }
  uuid(): string {
    return v7();
  }
}

/** The process's real clock and entropy: what every service runs on outside tests and simulation. */
export const systemRuntime: Runtime = new SystemRuntime();
