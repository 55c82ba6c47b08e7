/** Counts latencies in steps of a tenth of a millisecond up to a minute: ten minutes of load take no more room than one. */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(STEPS + 1);
  private total = 0;
  private largestMs = 0;

  add(ms: number): void {
    this.counts[Math.min(STEPS, Math.max(0, Math.floor(ms * STEPS_PER_MS)))]! += 1;
    this.total += 1;
    this.largestMs = Math.max(this.largestMs, ms);
  }

  /** By nearest rank, the upper end of its step; undefined without any. Above a minute: the largest. */
  quantile(q: number): number | undefined {
    if (this.total === 0) return undefined;
    const rank = Math.max(1, Math.ceil(q * this.total));
    let seen = 0;
    for (let step = 0; step < STEPS; step += 1) {
      seen += this.counts[step]!;
      if (seen >= rank) return Math.min(this.largestMs, (step + 1) / STEPS_PER_MS);
    }
    return this.largestMs;
  }

  summary(): LatencySummary {
    const { total: n, largestMs: maxMs } = this;
    return n === 0 ? { n } : { n, p50Ms: this.quantile(0.5)!, p99Ms: this.quantile(0.99)!, maxMs };
  }
}

export interface LatencySummary {
  n: number;
  p50Ms?: number;
  p99Ms?: number;
  maxMs?: number;
}

const STEPS_PER_MS = 10;
const STEPS = 60_000 * STEPS_PER_MS;
