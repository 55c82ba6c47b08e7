/** Fewer would leave core idle between two messages. */
const FEWEST = 16;
/** Nobody was refused for this long: the pressure is over, and what was learned from it is too old. */
const CALM_MS = 1_000;

/**
 * How many submissions may be under way, learned from how long they take: with `n` under way and answers after `d` ms, core does n / d a
 * millisecond (Little 1961), and only what it does in `targetMs` is let in. It shrinks once for each time that an answer takes, grows
 * by half of what was answered in time, and opens wholly after a second without a refusal. So a burst on an idle system is taken
 * whole, and under lasting overload a refusal costs microseconds and what is accepted is answered in time.
 */
export class DelayBound {
  private limit: number;
  private shrunkMs = Number.NEGATIVE_INFINITY;
  private refusedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly most: number,
    /** An answer is due well before callers give up: who would wait longer than this is better told at once to come back. */
    private readonly targetMs: number,
  ) {
    this.limit = most;
  }

  /** Whether one more may come in beside `underWay`. */
  admits(underWay: number, nowMs: number): boolean {
    if (nowMs - this.refusedMs > CALM_MS) this.limit = this.most;
    if (underWay < this.limit) return true;
    this.refusedMs = nowMs;
    return false;
  }

  /** `count` submissions, the oldest of which came at `sinceMs`, were answered, or given up, with `underWay` others behind them. */
  answered(count: number, underWay: number, sinceMs: number, nowMs: number): void {
    const delayMs = nowMs - sinceMs;
    if (delayMs <= this.targetMs) {
      this.limit = Math.min(this.most, this.limit + count / 2);
      return;
    }
    // Those that came before the last step tell of the time before it.
    if (sinceMs < this.shrunkMs) return;
    this.shrunkMs = nowMs;
    const kept = Math.min(this.limit, underWay + count) * (this.targetMs / delayMs);
    this.limit = Math.max(FEWEST, Math.floor(kept));
    // From here on a second counts, also if nobody comes.
    this.refusedMs = nowMs;
  }
}
