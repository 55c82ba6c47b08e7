import type { LoadedHandler } from '../load-handlers.js';
import type { Attempt } from './attempt.js';
import type { ChildSession } from './child-session.js';
import {
  type Lane,
  type LaneHost,
  MAX_FAILED_STARTS,
  openSession,
  START_RETRY_MS,
  settleUnstarted,
  takeOut,
} from './lane.js';

/** Attempts in the child at a time: enough that it never waits for the runner, few enough that most can be released at once. */
const WINDOW = 256;

/** One tiny type: one long-lived child, its attempts strictly one after another. */
export class TinyLane implements Lane {
  private waiting: Attempt[] = [];
  private session: ChildSession | undefined;
  private failedStarts = 0;
  private paused = false;
  private stopped = false;

  constructor(
    private readonly host: LaneHost,
    private readonly handler: LoadedHandler,
  ) {}

  get waitingCount(): number {
    return this.waiting.length;
  }

  add(attempts: readonly Attempt[]): void {
    this.waiting.push(...attempts);
    this.pump();
  }

  cancel(attempt: Attempt): void {
    if (takeOut(this.waiting, attempt)) settleUnstarted(this.host, attempt, { kind: 'aborted' });
    else if (this.session?.has(attempt)) this.session.cancel(attempt);
  }

  async release(attempt: Attempt): Promise<boolean> {
    if (takeOut(this.waiting, attempt)) return true;
    return this.session?.has(attempt) ? this.session.release(attempt) : false;
  }

  async stop(): Promise<Attempt[]> {
    this.stopped = true;
    const session = this.session;
    session?.kill({ kind: 'stopped' });
    await session?.closed;
    return this.waiting.splice(0);
  }

  async warm(): Promise<void> {
    if (!this.stopped) await this.open().loaded;
  }

  *sessions(): Iterable<ChildSession> {
    if (this.session) yield this.session;
  }

  private open(): ChildSession {
    if (this.session?.usable) return this.session;
    const session = openSession(this.host, this.handler, this.handler.definition.memoryMb, false, {
      onOutcome: (attempt, outcome, usedScratch) => {
        if (usedScratch) this.host.scratch.remove(attempt.scratchDir);
        this.failedStarts = 0;
        this.host.settle(attempt, outcome);
        if (this.waiting.length > 0) this.pump();
      },
      onEnded: (unstarted, began, reason) => {
        if (this.session === session) this.session = undefined;
        this.takeBack(unstarted, began, reason);
      },
    });
    this.session = session;
    return session;
  }

  private pump(): void {
    if (this.stopped || this.paused || this.waiting.length === 0) return;
    // A child that is being killed: its end comes here again, with those of its attempts that go first.
    if (this.session && !this.session.usable) return;
    try {
      const session = this.open();
      // Filled up when half empty, not by one message for each that ends.
      if (session.size <= WINDOW / 2) session.send(this.waiting.splice(0, WINDOW - session.size));
    } catch (error) {
      this.startFailed((error as Error).message);
    }
  }

  /** Those that the dead child had not started go to the next one, before all others and without any trace. */
  private takeBack(unstarted: Attempt[], began: boolean, reason: string): void {
    const cancelled = unstarted.filter((attempt) => attempt.cancel);
    this.waiting = [...unstarted.filter((attempt) => !attempt.cancel), ...this.waiting];
    for (const attempt of cancelled) settleUnstarted(this.host, attempt, { kind: 'aborted' });
    if (this.stopped || this.waiting.length === 0) return;
    if (began) this.pump();
    else this.startFailed(reason);
  }

  private startFailed(reason: string): void {
    this.failedStarts++;
    if (this.failedStarts >= MAX_FAILED_STARTS) {
      const first = this.waiting.shift();
      if (first) settleUnstarted(this.host, first, { kind: 'crashed', detail: `no child could start it: ${reason}` });
      this.failedStarts = 0;
    }
    this.paused = true;
    this.host.clock.after(START_RETRY_MS * this.failedStarts, () => {
      this.paused = false;
      this.pump();
    });
  }
}
