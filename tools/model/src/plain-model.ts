/**
 * A job's life as the documents tell it (docs/architecture.md, docs/guides/limits-and-retries.md), written without a look at the code that
 * it judges: it keeps what happened and counts anew each time, where the code keeps counters.
 */
export type State = 'blocked' | 'scheduled' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired';

export interface Policy {
  maxAttempts: number;
  retryTimeout: boolean;
  backoff: BackoffPolicy;
}

export type BackoffPolicy =
  | { kind: 'fixed'; delayMs: number; jitter?: number }
  | { kind: 'exponential'; delayMs: number; maxDelayMs?: number; jitter?: number }
  | { kind: 'list'; delaysMs: number[]; jitter?: number };

/** What came before the first command: long lives are begun in their middle, so that bounds are reached by few commands. */
export interface Past {
  state: 'blocked' | 'scheduled' | 'queued';
  /** Attempts that ended and counted. */
  attempts: number;
  /** Attempts given back, or aborted by a drain. */
  releases: number;
}

export type Ending = 'succeeded' | 'failed' | 'timed-out' | 'crashed' | 'oom' | 'cancelled' | 'aborted' | 'lost';
export type Wish = 'policy' | 'never' | { delayMs: number };

/** What a command must lead to. `again` leaves the choice of a delay between its bounds, in ms; none means at once. */
export type Expected = 'refused' | { state: State } | { again: { fromMs: number; toMs: number } };

const REFUSED = 'refused' as const;
export const ENDS: readonly State[] = ['succeeded', 'failed', 'cancelled', 'expired'];
const MOST_RELEASES = 100;
const DAY_MS = 86_400_000;

export class PlainModel {
  state: State;
  run = 1;
  /** Claims so far, of all runs. */
  claims: number;
  /** Of this run, in order. */
  private deeds: ('claim' | 'given-back')[];
  /** Runs that ended, each once. */
  ended = 0;

  constructor(
    readonly policy: Policy,
    past: Past,
  ) {
    this.state = past.state;
    this.claims = past.attempts + past.releases;
    this.deeds = [
      ...Array<'claim'>(this.claims).fill('claim'),
      ...Array<'given-back'>(past.releases).fill('given-back'),
    ];
  }

  /** A claim counts as an attempt unless it was given back or a drain ended it. */
  get attempts(): number {
    return this.count('claim') - this.count('given-back');
  }
  get releases(): number {
    return this.count('given-back');
  }

  parentsDone(later: boolean): Expected {
    return this.state === 'blocked' ? this.go(later ? 'scheduled' : 'queued') : REFUSED;
  }
  due(): Expected {
    return this.state === 'scheduled' ? this.go('queued') : REFUSED;
  }
  claim(): Expected {
    if (this.state !== 'queued') return REFUSED;
    this.claims += 1;
    this.deeds.push('claim');
    return this.go('running');
  }
  cancel(): Expected {
    return ENDS.includes(this.state) ? REFUSED : this.go('cancelled');
  }
  /** Only what has not started. */
  expire(): Expected {
    return ENDS.includes(this.state) || this.attempts > 0 ? REFUSED : this.go('expired');
  }
  replay(): Expected {
    if (!ENDS.includes(this.state)) return REFUSED;
    this.run += 1;
    this.deeds = [];
    return this.go('queued');
  }
  /** Given back before its start. */
  release(current: boolean): Expected {
    if (this.state !== 'running' || !current) return REFUSED;
    if (this.releases >= MOST_RELEASES) return this.go('failed');
    this.deeds.push('given-back');
    return this.go('queued');
  }
  rescue(): Expected {
    return this.end('lost', 'policy', true, 0);
  }

  /** @param current told of the attempt that runs, not of an earlier one */
  end(ending: Ending, wish: Wish, current: boolean, chance: number): Expected {
    if (this.state !== 'running' || !current) return REFUSED;
    if (ending === 'succeeded' || ending === 'cancelled') return this.go(ending);
    if (ending === 'aborted') {
      if (this.releases >= MOST_RELEASES) return this.go('failed');
      this.deeds.push('given-back');
      return this.again(0, 0);
    }
    if (wish === 'never' || this.attempts >= this.policy.maxAttempts) return this.go('failed');
    if (ending === 'timed-out' && !this.policy.retryTimeout) return this.go('failed');
    if (wish !== 'policy') return this.again(wish.delayMs, wish.delayMs);
    if (ending === 'lost') return this.again(0, 0);
    return this.backOff(chance);
  }

  /** After a retry: where the delay that was chosen leads. */
  wait(delayMs: number): void {
    this.state = delayMs > 0 ? 'scheduled' : 'queued';
  }

  /** The share `jitter` of the delay is random: a small draw shortens it, a large one hardly does. */
  private backOff(chance: number): Expected {
    const full = delayOf(this.policy.backoff, this.attempts);
    const least = full * (1 - (this.policy.backoff.jitter ?? 0));
    const middle = (least + full) / 2;
    return chance < 0.5 ? this.again(least, middle) : this.again(middle, full);
  }

  private again(fromMs: number, toMs: number): Expected {
    return { again: { fromMs, toMs } };
  }
  private go(state: State): Expected {
    this.state = state;
    if (ENDS.includes(state)) this.ended += 1;
    return { state };
  }
  private count(deed: 'claim' | 'given-back'): number {
    return this.deeds.filter((each) => each === deed).length;
  }
}

function delayOf(backoff: BackoffPolicy, attempt: number): number {
  if (backoff.kind === 'fixed') return backoff.delayMs;
  if (backoff.kind === 'list') return backoff.delaysMs[attempt - 1] ?? backoff.delaysMs.at(-1) ?? 0;
  let delay = backoff.delayMs;
  const most = backoff.maxDelayMs ?? DAY_MS;
  for (let doubled = 1; doubled < attempt && delay < most && delay > 0; doubled += 1) delay *= 2;
  return Math.min(delay, most);
}

/** The drawing of docs/architecture.md, arrow by arrow. A finished run is left by a replay only. */
export const DRAWN: ReadonlySet<string> = new Set([
  'blocked scheduled',
  'blocked queued',
  'blocked cancelled',
  'blocked expired',
  'scheduled queued',
  'scheduled cancelled',
  'scheduled expired',
  'queued running',
  'queued cancelled',
  'queued expired',
  'running succeeded',
  'running failed',
  'running cancelled',
  'running scheduled',
  'running queued',
  ...ENDS.flatMap((end) => [`${end} queued`, `${end} scheduled`]),
]);
