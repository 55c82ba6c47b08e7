import type { AttemptOutcome, Backoff, JobState } from '@windlass/contracts';
import type { AttemptEnd, Decision, RetryPolicy } from '@windlass/lifecycle';

/** The transition code under judgement; specs pass broken ones. */
export interface Lifecycle {
  canMove(from: JobState, to: JobState): boolean;
  isTerminal(state: JobState): boolean;
  decideAttempt(job: RetryPolicy, end: AttemptEnd, chance: number): Decision;
  MAX_RELEASES: number;
}

export interface RecordOptions {
  state: JobState;
  attempt: number;
  releases: number;
  maxAttempts: number;
  retryTimeout: boolean;
  backoff: Backoff;
}

/** `refused`: no row changed. */
export type Seen = 'refused' | { state: JobState; delayMs?: number };

/**
 * A job's row in memory. It applies the lifecycle's decisions as the store's statements do, and asks nobody but the lifecycle what may
 * follow what.
 */
export class JobRecord {
  state: JobState;
  run = 1;
  epoch: number;
  attempt: number;
  releases: number;
  /** One for each terminal event. */
  ends: { run: number; state: JobState }[] = [];
  moves: { from: JobState; to: JobState }[] = [];

  constructor(
    private readonly code: Lifecycle,
    private readonly options: RecordOptions,
  ) {
    this.state = options.state;
    this.attempt = options.attempt;
    this.releases = options.releases;
    this.epoch = options.attempt + options.releases;
  }

  move(to: JobState): Seen {
    if (!this.code.canMove(this.state, to)) return 'refused';
    this.moves.push({ from: this.state, to });
    this.state = to;
    if (this.code.isTerminal(to)) this.ends.push({ run: this.run, state: to });
    return { state: to };
  }

  claim(): Seen {
    const seen = this.move('running');
    if (seen === 'refused') return seen;
    this.epoch += 1;
    this.attempt += 1;
    return seen;
  }

  expire(): Seen {
    return this.attempt > 0 ? 'refused' : this.move('expired');
  }

  /** Taken from the history, where finished runs are. */
  replay(): Seen {
    if (!this.code.isTerminal(this.state)) return 'refused';
    const seen = this.move('queued');
    if (seen === 'refused') return seen;
    this.run += 1;
    this.attempt = 0;
    this.releases = 0;
    return seen;
  }

  release(epoch: number): Seen {
    if (!this.isCurrent(epoch)) return 'refused';
    if (this.releases >= this.code.MAX_RELEASES) return this.move('failed');
    const seen = this.move('queued');
    if (seen !== 'refused') this.giveBack();
    return seen;
  }

  end(epoch: number, outcome: AttemptOutcome, retry: AttemptEnd['retry'], chance: number): Seen {
    if (!this.isCurrent(epoch)) return 'refused';
    const { attempt, releases } = this;
    const { maxAttempts, backoff, retryTimeout } = this.options;
    const policy = { attempt, releases, maxAttempts, backoff, retryTimeout };
    const decision = this.code.decideAttempt(policy, retry === undefined ? { outcome } : { outcome, retry }, chance);
    if (decision.state !== 'scheduled') return this.move(decision.state);
    const { delayMs } = decision;
    // Without a delay it waits in its queue at once.
    const seen = this.move(delayMs > 0 ? 'scheduled' : 'queued');
    if (seen === 'refused') return seen;
    if (outcome === 'aborted') this.giveBack();
    return { ...seen, delayMs };
  }

  private isCurrent(epoch: number): boolean {
    return this.state === 'running' && epoch === this.epoch;
  }

  private giveBack(): void {
    this.attempt -= 1;
    this.releases += 1;
  }
}
