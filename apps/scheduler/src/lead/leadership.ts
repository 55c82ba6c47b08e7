import type { Runtime } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';
import { type Database, type LeaderTerm, resignLeadership, takeLeadership } from '@windlass/store';

/** One leader for all the clockwork: its parts are cheap, and one fail-over is easier to reason about than three. */
const NAME = 'scheduler';
/** Renewed three times within the TTL, so that one lost renewal changes nothing. */
const RENEWALS = 10 / 3;
/** A follower looks at least this often, give or take a fifth: who hands over is followed within a second, its last turns included. */
const LOOK_MS = 500;

/**
 * Holds or seeks the leader's row (decision 9). Steps down by the process's own monotonic clock when it cannot renew: counted from
 * before the request, so never later than the database's clock has it. Writes are fenced by the term in any case.
 */
export class Leadership {
  private term: LeaderTerm | undefined;
  private untilMs = Number.NEGATIVE_INFINITY;
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly db: Pick<Database, 'beats'>,
    private readonly runtime: Runtime,
    private readonly logger: Logger,
    private readonly options: { holder: string; ttlMs: number },
  ) {}

  /** The term, while it surely holds. */
  current(): LeaderTerm | undefined {
    return this.runtime.monotonicMs() < this.untilMs ? this.term : undefined;
  }

  start(): void {
    this.loop = this.run();
  }

  /** Hands over at once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    const term = this.current();
    this.untilMs = Number.NEGATIVE_INFINITY;
    if (term) await resignLeadership(this.db.beats, term).catch(() => {});
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.renew();
      // Fail-over takes at most TTL plus one look.
      await this.runtime.sleep(this.waitMs(), this.stopping.signal);
    }
  }

  private waitMs(): number {
    const renewMs = this.options.ttlMs / RENEWALS;
    // A fifth of chance keeps two followers apart.
    return this.term ? renewMs : Math.min(renewMs / 3, LOOK_MS) * (0.8 + 0.4 * this.runtime.random());
  }

  private async renew(): Promise<void> {
    const before = this.term;
    const askedMs = this.runtime.monotonicMs();
    try {
      this.term = await takeLeadership(this.db.beats, NAME, this.options.holder, this.options.ttlMs);
      if (this.term) this.untilMs = askedMs + this.options.ttlMs;
    } catch (error) {
      this.logger.warn({ operation: 'lead', error }, `leadership could not be renewed: ${messageOf(error)}`);
      if (this.current()) return;
      this.term = undefined;
    }
    if (this.term?.term !== before?.term) this.announce();
  }

  private announce(): void {
    const text = this.term ? `leads, term ${this.term.term}` : 'does not lead';
    this.logger.info({ operation: 'lead', term: this.term?.term }, text);
  }
}
