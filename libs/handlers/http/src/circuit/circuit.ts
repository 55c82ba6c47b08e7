/** How what was let through ended; nothing is learnt of `undecided`. */
export type PassEnd = 'answered' | 'failed' | 'undecided';
/** Either the call may be made and its end must be told once, or it must not be for `waitMs`. */
export type Pass = { leave(end: PassEnd): void } | { waitMs: number };

export interface CircuitPolicy {
  /** Failures in a row that open it. */
  failures: number;
  /** How long it stays open at first; doubled each time that a look fails again, up to `maxOpenMs`. */
  openMs: number;
  maxOpenMs: number;
}

/** A circuit breaker: closed, open for a time, then half open, which lets one call through to see. */
export class Circuit {
  private failures = 0;
  /** Undefined: closed. */
  private openUntilMs: number | undefined;
  private openMs: number;
  private probing = false;

  constructor(private readonly policy: CircuitPolicy) {
    this.openMs = policy.openMs;
  }

  /** @param now monotonic clock in ms */
  enter(now: () => number): Pass {
    let probe = false;
    if (this.openUntilMs !== undefined) {
      const leftMs = this.openUntilMs - now();
      if (leftMs > 0) return { waitMs: leftMs };
      if (this.probing) return { waitMs: this.policy.openMs };
      this.probing = true;
      probe = true;
    }
    let left = false;
    return {
      leave: (end) => {
        if (left) return;
        left = true;
        if (probe) this.probing = false;
        if (end === 'answered') this.close();
        else if (end === 'failed') this.fail(probe, now());
      },
    };
  }

  private close(): void {
    this.failures = 0;
    this.openUntilMs = undefined;
    this.openMs = this.policy.openMs;
  }

  private fail(probe: boolean, nowMs: number): void {
    this.failures++;
    if (probe) this.openMs = Math.min(this.openMs * 2, this.policy.maxOpenMs);
    // Calls from before it opened tell nothing new.
    else if (this.openUntilMs !== undefined || this.failures < this.policy.failures) return;
    this.openUntilMs = nowMs + this.openMs;
  }
}
