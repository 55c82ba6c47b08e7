import type { Runtime } from '@windlass/clock';
import { fault } from '@windlass/faults';

/**
 * `call`: the usual one. `wait`: a long poll, which may end unanswered without anything being wrong. `probe`: a health check, which
 * has to see for itself.
 */
export type CallKind = 'call' | 'wait' | 'probe';

export interface CircuitPolicy {
  /** Unanswered calls in a row that open the circuit. */
  failures: number;
  /** How long it stays open at first; doubled at each further failure, up to `maxOpenMs`. */
  openMs: number;
  maxOpenMs: number;
}

/** One lost answer is chance, five in a row are not; five seconds at the most, so that a recovery is noticed soon. */
export const DEFAULT_CIRCUIT: CircuitPolicy = { failures: 5, openMs: 1_000, maxOpenMs: 5_000 };

export interface CircuitOptions {
  runtime: Pick<Runtime, 'monotonicMs'>;
  policy?: CircuitPolicy;
  /** Told at each change, for the log. */
  onChange?: (state: 'open' | 'closed') => void;
}

/**
 * Refuses calls at once while the service behind has not answered for a while; then one call at a time goes through to see. Any
 * answer closes it, faults among them: whoever answers is there.
 *
 * Of the libraries, cockatiel 4 lets callers wait for the probe's outcome, where these must be refused at once, opossum 10 keeps
 * statistics by interval timers, and both read the system's clock, which tests here move by hand.
 */
export class CircuitBreaker {
  private readonly policy: CircuitPolicy;
  private failures = 0;
  /** Undefined: closed. In the past: half open. */
  private openUntilMs: number | undefined;
  private openMs: number;
  private probing = false;

  constructor(private readonly options: CircuitOptions) {
    this.policy = options.policy ?? DEFAULT_CIRCUIT;
    this.openMs = this.policy.openMs;
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.openUntilMs === undefined) return 'closed';
    return this.options.runtime.monotonicMs() < this.openUntilMs ? 'open' : 'half-open';
  }

  /**
   * Before each call. Answers whether this one is the probe, which `answered` or `unanswered` must be told afterwards; throws
   * `broker.circuit-open` when the call must not be made.
   */
  admit(kind: CallKind): boolean {
    if (this.openUntilMs === undefined || kind === 'probe') return false;
    const leftMs = this.openUntilMs - this.options.runtime.monotonicMs();
    // A long poll could hold the probe's place for a minute.
    if (leftMs > 0 || this.probing || kind === 'wait') throw circuitOpen(Math.max(leftMs, this.policy.openMs));
    this.probing = true;
    return true;
  }

  answered(probe: boolean): void {
    if (probe) this.probing = false;
    this.failures = 0;
    if (this.openUntilMs === undefined) return;
    this.openUntilMs = undefined;
    this.openMs = this.policy.openMs;
    this.options.onChange?.('closed');
  }

  /** Nobody took the request, or no answer came in time. Of a long poll only the first counts: the caller leaves out the rest. */
  unanswered(probe: boolean): void {
    if (probe) {
      this.probing = false;
      this.openMs = Math.min(this.openMs * 2, this.policy.maxOpenMs);
      this.openUntilMs = this.options.runtime.monotonicMs() + this.openMs;
    } else if (this.openUntilMs === undefined) {
      this.failures += 1;
      if (this.failures < this.policy.failures) return;
      this.openUntilMs = this.options.runtime.monotonicMs() + this.openMs;
      this.options.onChange?.('open');
    }
  }

  /** The call was never made, or what it ended by says nothing about the service. */
  undecided(probe: boolean): void {
    if (probe) this.probing = false;
  }
}

function circuitOpen(retryAfterMs: number) {
  return fault('broker.circuit-open', {
    detail: 'The service behind has not answered for a while; nothing was sent. Try again in a moment.',
    retryAfterMs,
  });
}
