import type { Runtime } from '@windlass/clock';

/** Growing waits between repetitions, half of each random so that a fleet does not return as one. */
export class Backoff {
  private nextMs: number;

  constructor(
    private readonly runtime: Runtime,
    private readonly bounds: { firstMs: number; maxMs: number },
  ) {
    this.nextMs = bounds.firstMs;
  }

  /** Ends early when the signal aborts. */
  wait(signal?: AbortSignal): Promise<void> {
    const delayMs = this.nextMs * (0.5 + this.runtime.random() / 2);
    this.nextMs = Math.min(this.nextMs * 2, this.bounds.maxMs);
    return this.runtime.sleep(delayMs, signal);
  }

  reset(): void {
    this.nextMs = this.bounds.firstMs;
  }
}
