import type { Runtime, Timer } from '@windlass/clock';

/** Timers are no finer than this: it bounds how often a long list is swept. */
const MIN_SWEEP_MS = 5;

/**
 * Things that wait for an answer until their deadline, by key. One timer for all of them, armed for the earliest: a timer
 * per message costs more than the message. An item may become due up to 5 ms late, never early.
 */
export class PendingDeadlines<Item extends { dueMs: number }> {
  private readonly items = new Map<string, Item>();
  private timer: Timer | undefined;
  private armedMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly runtime: Runtime,
    private readonly onDue: (item: Item) => void,
  ) {}

  get size(): number {
    return this.items.size;
  }
  has(key: string): boolean {
    return this.items.has(key);
  }
  get(key: string): Item | undefined {
    return this.items.get(key);
  }

  /** `item.dueMs` is on the runtime's monotonic clock. */
  add(key: string, item: Item): void {
    this.items.set(key, item);
    if (item.dueMs < this.armedMs) this.arm(item.dueMs);
  }

  take(key: string): Item | undefined {
    const item = this.items.get(key);
    if (item) this.items.delete(key);
    return item;
  }

  /** Empties the list and stops the timer. */
  takeAll(): Item[] {
    const all = [...this.items.values()];
    this.items.clear();
    this.timer?.cancel();
    this.armedMs = Number.POSITIVE_INFINITY;
    return all;
  }

  private arm(dueMs: number): void {
    this.timer?.cancel();
    this.armedMs = dueMs;
    const inMs = Math.max(Math.ceil(dueMs - this.runtime.monotonicMs()), MIN_SWEEP_MS);
    this.timer = this.runtime.after(inMs, () => this.sweep());
  }

  private sweep(): void {
    this.armedMs = Number.POSITIVE_INFINITY;
    const nowMs = this.runtime.monotonicMs();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const [key, item] of this.items) {
      if (item.dueMs > nowMs) {
        earliestMs = Math.min(earliestMs, item.dueMs);
        continue;
      }
      this.items.delete(key);
      this.onDue(item);
    }
    if (earliestMs < this.armedMs) this.arm(earliestMs);
  }
}
