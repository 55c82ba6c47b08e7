import { v7 } from 'uuid';
import type { Runtime, Timer } from './runtime.js';

interface Waiting {
  dueMs: number;
  order: number;
  run: () => void;
}

/**
 * A runtime that stands still until `advance` is called, with chance drawn from a seed
 * (mulberry32, public domain, Tommy Ettinger 2017). Timers fire in order of due time, then of creation.
 */
export class ManualRuntime implements Runtime {
  private timeMs: number;
  private readonly waiting = new Set<Waiting>();
  private order = 0;
  private seed: number;
  private sequence = 0;

  constructor(options: { startMs?: number; seed?: number } = {}) {
    this.timeMs = options.startMs ?? Date.UTC(2026, 0, 1);
    this.seed = (options.seed ?? 1) >>> 0;
  }

  now(): number {
    return this.timeMs;
  }
  monotonicMs(): number {
    return this.timeMs;
  }
  after(delayMs: number, run: () => void): Timer {
    const entry: Waiting = { dueMs: this.timeMs + Math.max(0, delayMs), order: this.order++, run };
    this.waiting.add(entry);
    const timer: Timer = { cancel: () => void this.waiting.delete(entry), unref: () => timer };
    return timer;
  }
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.after(delayMs, resolve);
      const wake = () => {
        timer.cancel();
        resolve();
      };
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
  random(): number {
    this.seed = (this.seed + 0x6d2b79f5) >>> 0;
    let t = this.seed;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  randomBytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => Math.floor(this.random() * 256));
  }
  uuid(): string {
    this.sequence += 1;
    return v7({ msecs: this.timeMs, random: this.randomBytes(16), seq: this.sequence });
  }

  /** Moves time on by `byMs`, running every timer that falls due on the way, and lets promises settle in between. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.timeMs + byMs;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = [...this.waiting].sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
      if (!next || next.dueMs > untilMs) break;
      this.waiting.delete(next);
      this.timeMs = next.dueMs;
      next.run();
    }
    this.timeMs = untilMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
