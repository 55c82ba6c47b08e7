import type { Timer } from '@windlass/clock';
import { appendLogs, appendLogsReply, type LogLevel } from '@windlass/contracts';
import { isFault, messageOf } from '@windlass/faults';
import type { LogSource } from '@windlass/handler-kit/runner';
import type { HeldAttempt } from '../execute/held-attempts.js';
import type { WorkerContext } from '../worker-context.js';
import { itemsOf, type TakenLines, WaitingLines } from './waiting-lines.js';

/** Lines gather this long, those of all attempts together; nobody who follows a job sees the difference. */
const GATHER_MS = 100;
/** A report does not wait longer than this for the lines of its attempt; nor does it during a drain, which has little time. */
const HOLD_MS = 2_000;
const DRAIN_HOLD_MS = 500;
const TIMEOUT_MS = 2_000;
const RETRY_MS = { first: 100, most: 2_000 };
/** The lines of one attempt, refused by core as a whole so often, are what it cannot read. */
const MAX_REFUSALS = 3;
const ALL = { attempts: 500 };
const ONE = { attempts: 1 };

/** A report that waits for its attempt's lines. */
interface Hold {
  dueMs: number;
  run(): void;
}

/**
 * Sends what handlers log. One message is under way; what gathers meanwhile is the next, resent until core has answered. The
 * lines of an attempt go before its report, since core takes none of an attempt that has ended.
 */
export class LogShipping {
  private readonly waiting = new WaitingLines();
  private readonly holds = new Map<HeldAttempt, Hold>();
  private holdMs = HOLD_MS;
  private holdTimer: Timer | undefined;
  private sendTimer: Timer | undefined;
  private sending: Promise<boolean> | undefined;
  private sendDue = false;
  private retryMs = RETRY_MS.first;
  private failing = false;
  /** Core refused a message as a whole: its attempts go one by one until all is out. */
  private single = false;
  private refusals = 0;
  private stopped = false;
  private idle: (() => void)[] = [];

  constructor(private readonly context: WorkerContext) {}

  get bytes(): number {
    return this.waiting.bytes;
  }

  add(attempt: HeldAttempt, level: LogLevel, source: LogSource, message: string): void {
    if (attempt.logsRefused || this.stopped) return;
    attempt.logLines += 1;
    this.waiting.add(attempt, { seq: attempt.logLines, at: this.context.runtime.now(), level, source, message });
    if (!this.sending && !this.sendTimer) this.sendAfter(GATHER_MS);
  }

  has(attempt: HeldAttempt): boolean {
    return this.waiting.has(attempt);
  }

  /** For an attempt that `has` lines: calls `run` when core has them, or does not answer in time. Not when they are dropped. */
  before(attempt: HeldAttempt, run: () => void): void {
    const dueMs = this.context.runtime.monotonicMs() + this.holdMs;
    this.holds.set(attempt, { dueMs, run });
    this.holdTimer ??= this.context.runtime.after(this.holdMs, () => this.releaseDue());
    if (!this.failing) this.sendSoon();
  }

  /** Before reports are sent again that core did not answer: the lines of their attempts get another try, of a bounded time. */
  async linesOut(attempts: readonly HeldAttempt[]): Promise<void> {
    const endMs = this.context.runtime.monotonicMs() + HOLD_MS;
    const wait = () => attempts.some((attempt) => this.has(attempt)) && this.context.runtime.monotonicMs() < endMs;
    while (!this.stopped && wait()) if (!(await this.send())) return;
  }

  /** The attempt is another's: core would refuse them. */
  drop(attempt: HeldAttempt): void {
    this.waiting.drop(attempt);
    this.holds.delete(attempt);
    this.lookIdle();
  }

  /** The worker drains: reports wait less. */
  hurry(): void {
    this.holdMs = DRAIN_HOLD_MS;
    const dueMs = this.context.runtime.monotonicMs() + DRAIN_HOLD_MS;
    for (const hold of this.holds.values()) hold.dueMs = Math.min(hold.dueMs, dueMs);
    this.armHolds();
  }

  /** Resolves when no report waits for lines. */
  async settled(): Promise<void> {
    if (this.holds.size > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  stop(): void {
    this.stopped = true;
    this.sendTimer?.cancel();
    this.holdTimer?.cancel();
  }

  /** At the end of the turn: the outcomes of a pack come many at once. */
  private sendSoon(): void {
    if (this.sendDue) return;
    this.sendDue = true;
    queueMicrotask(() => {
      this.sendDue = false;
      void this.send();
    });
  }

  private sendAfter(delayMs: number): void {
    this.sendTimer?.cancel();
    this.sendTimer = this.context.runtime.after(delayMs, () => void this.send());
  }

  /** Whether core has answered. A call while a message is under way is answered with that one. */
  private send(): Promise<boolean> {
    this.sending ??= this.sendBatch().finally(() => {
      this.sending = undefined;
      this.goOn();
    });
    return this.sending;
  }

  private goOn(): void {
    if (this.waiting.size === 0) this.single = false;
    else if (this.stopped) return;
    else if (this.failing) this.sendAfter(this.nextRetryMs());
    else if (this.holds.size > 0 || this.single) this.sendSoon();
    else this.sendAfter(GATHER_MS);
  }

  private nextRetryMs(): number {
    const delayMs = this.retryMs * (0.5 + this.context.runtime.random() / 2);
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS.most);
    return delayMs;
  }

  private async sendBatch(): Promise<boolean> {
    this.sendTimer?.cancel();
    this.sendTimer = undefined;
    const taken = this.waiting.take(this.single ? ONE : ALL);
    if (taken.length === 0 || this.stopped) return true;
    const { core, worker, incarnation } = this.context;
    try {
      const body = { worker, incarnation, items: itemsOf(taken) };
      const { fenced } = await core.call(appendLogs, appendLogsReply, body, { timeoutMs: TIMEOUT_MS });
      this.answered(taken, new Set(fenced));
      return true;
    } catch (error) {
      this.unanswered(taken, error);
      return false;
    }
  }

  private answered(taken: readonly TakenLines[], fenced: ReadonlySet<string>): void {
    this.failing = false;
    this.refusals = 0;
    this.retryMs = RETRY_MS.first;
    this.waiting.settle(taken);
    for (const { attempt } of taken) {
      if (fenced.has(attempt.jobId)) this.refuse(attempt);
      if (!this.waiting.has(attempt)) this.release(attempt);
    }
  }

  private unanswered(taken: readonly TakenLines[], error: unknown): void {
    const { logger } = this.context;
    const level = this.failing ? 'debug' : 'warn';
    logger[level](
      { operation: 'report', attempts: taken.length, error },
      `log lines have no answer: ${messageOf(error)}`,
    );
    this.failing = true;
    this.waiting.putBack(taken);
    if (isFault(error) && error.kind === 'retryable') return;
    const [first] = taken;
    if (!this.single || !first) this.single = true;
    else if (++this.refusals >= MAX_REFUSALS) {
      const { jobId, requestId } = first.attempt;
      logger.error({ operation: 'report', jobId, requestId, error }, 'core cannot take these log lines: they are lost');
      this.refusals = 0;
      this.refuse(first.attempt);
      this.release(first.attempt);
    }
  }

  private refuse(attempt: HeldAttempt): void {
    attempt.logsRefused = true;
    this.waiting.drop(attempt);
  }

  private release(attempt: HeldAttempt): void {
    const hold = this.holds.get(attempt);
    if (!hold) return;
    this.holds.delete(attempt);
    hold.run();
    this.lookIdle();
  }

  /** They stand in the order of their time. */
  private releaseDue(): void {
    this.holdTimer = undefined;
    const nowMs = this.context.runtime.monotonicMs();
    for (const [attempt, { dueMs }] of this.holds) {
      if (dueMs > nowMs) break;
      this.release(attempt);
    }
    this.armHolds();
  }

  private armHolds(): void {
    this.holdTimer?.cancel();
    this.holdTimer = undefined;
    const [first] = this.holds.values();
    if (!first || this.stopped) return;
    const waitMs = first.dueMs - this.context.runtime.monotonicMs();
    this.holdTimer = this.context.runtime.after(Math.max(0, waitMs), () => this.releaseDue());
  }

  private lookIdle(): void {
    if (this.holds.size === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}
