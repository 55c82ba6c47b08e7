import { type AttemptReport, type ReportStatus, reportAttempts, reportAttemptsReply } from '@windlass/contracts';
import { isFault, messageOf } from '@windlass/faults';
import { Backoff } from '../backoff.js';
import type { HeldAttempt } from '../execute/held-attempts.js';
import type { WorkerContext } from '../worker-context.js';
import { describeRefusal } from './describe-outcome.js';
import type { LogShipping } from './ship-logs.js';
import { takeBatch, type WaitingReport, waitingReport } from './waiting-reports.js';

const TIMEOUT_MS = 10_000;
/** One report alone, refused as a whole this often over some ten seconds, is what core cannot take. */
const MAX_REFUSALS = 10;

export interface ReportOptions {
  context: WorkerContext;
  /** What goes first. */
  logs: LogShipping;
  /** Core has answered: the attempt is no longer this worker's. */
  onAnswered(attempt: HeldAttempt): void;
}

/**
 * Sends outcomes until core has answered each one (decision 4). One batch is under way; what ends meanwhile is the next, so a
 * pack of a thousand tiny jobs costs a few messages and no timer.
 */
export class Reports {
  private waiting: WaitingReport[] = [];
  /** For the log lines of their attempts. */
  private readonly held = new Map<HeldAttempt, WaitingReport>();
  private sending = false;
  private scheduled = false;
  private waitingBytes = 0;
  private readonly ended = new AbortController();
  private idle: (() => void)[] = [];

  constructor(private readonly options: ReportOptions) {}

  /** Results that core has not answered yet; a worker with too many takes nothing new. */
  get bytes(): number {
    return this.waitingBytes;
  }

  add(attempt: HeldAttempt, report: AttemptReport): void {
    const { logs } = this.options;
    const each = waitingReport(attempt, report);
    this.waitingBytes += each.bytes;
    if (logs.has(attempt)) {
      this.held.set(attempt, each);
      logs.before(attempt, () => {
        if (this.held.delete(attempt)) this.sendSoon(each);
      });
    } else this.sendSoon(each);
  }

  private sendSoon(each: WaitingReport): void {
    this.waiting.push(each);
    if (this.sending || this.scheduled) return;
    this.scheduled = true;
    // At the end of the turn: a child's outcomes come many in one message.
    queueMicrotask(() => {
      this.scheduled = false;
      if (!this.sending) void this.sendAll();
    });
  }

  /** The attempt is another's: core would only say so again. */
  drop(attempt: HeldAttempt): void {
    const held = this.held.get(attempt);
    if (held) this.waitingBytes -= held.bytes;
    this.held.delete(attempt);
    const kept = this.waiting.filter((each) => each.attempt !== attempt);
    for (const each of this.waiting) if (each.attempt === attempt) this.waitingBytes -= each.bytes;
    this.waiting = kept;
  }

  /** Resolves when core has answered all but those that still wait for log lines. */
  async settled(): Promise<void> {
    if (this.waiting.length === 0 && !this.sending && !this.scheduled) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  stop(): void {
    this.ended.abort();
  }

  private async sendAll(): Promise<void> {
    this.sending = true;
    const backoff = new Backoff(this.options.context.runtime, { firstMs: 100, maxMs: 2_000 });
    while (this.waiting.length > 0 && !this.ended.signal.aborted) {
      const batch = takeBatch(this.waiting);
      for (const each of batch) this.waitingBytes -= each.bytes;
      if (await this.sendBatch(batch)) backoff.reset();
      else await this.waitAgain(backoff);
    }
    this.sending = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  /** Where core was away, log lines were kept back as well: once more they go first. */
  private async waitAgain(backoff: Backoff): Promise<void> {
    await backoff.wait(this.ended.signal);
    await this.options.logs.linesOut(this.waiting.map(({ attempt }) => attempt));
  }

  /** Whether core has answered. */
  private async sendBatch(batch: WaitingReport[]): Promise<boolean> {
    const { core, logger, worker, incarnation } = this.options.context;
    try {
      const items = batch.map((each) => each.report);
      const reply = await core.call(
        reportAttempts,
        reportAttemptsReply,
        { worker, incarnation, items },
        { timeoutMs: TIMEOUT_MS },
      );
      const answers = new Map(reply.items.map((item) => [item.jobId, item]));
      let all = true;
      for (const each of batch) {
        const answer = answers.get(each.report.jobId);
        if (answer) this.settle(each, answer.status, answer.reason);
        else all = this.putBack([each]);
      }
      return all;
    } catch (error) {
      logger.warn({ operation: 'report', reports: batch.length, error }, `reports have no answer: ${messageOf(error)}`);
      if (isFault(error) && error.kind === 'retryable') return this.putBack(batch);
      return this.isolate(batch, messageOf(error));
    }
  }

  private settle(each: WaitingReport, status: ReportStatus, reason = 'core refused it'): void {
    if (status === 'refused' && !each.replaced) {
      this.replace(each, reason);
      return;
    }
    const { logger } = this.options.context;
    const fields = { operation: 'report', jobId: each.report.jobId, requestId: each.attempt.requestId };
    // What a cancelled job's report is for: it closes the attempt.
    if (status === 'fenced' && !each.attempt.cancelled)
      logger.warn(fields, 'an outcome came too late: the attempt was no longer current');
    if (status === 'refused')
      logger.error({ ...fields, reason }, 'core refused even the short report; the lease will end it');
    this.options.onAnswered(each.attempt);
  }

  /** A batch refused as a whole has one bad report in it: from now on each goes by itself, those that fail again behind the others. */
  private isolate(batch: WaitingReport[], reason: string): boolean {
    const single = batch.length === 1;
    for (const each of batch) {
      each.alone = true;
      if (single) each.refusals += 1;
      if (each.refusals < MAX_REFUSALS) this.enqueue(each);
      else this.settle(each, 'refused', reason);
    }
    return !single;
  }

  private replace(each: WaitingReport, reason: string): void {
    const { logger } = this.options.context;
    logger.error(
      { operation: 'report', jobId: each.report.jobId, reason },
      'an outcome cannot be stored; reported as failed',
    );
    this.enqueue({ ...waitingReport(each.attempt, describeRefusal(each.report, reason)), replaced: true });
  }

  private enqueue(each: WaitingReport): void {
    this.waiting.push(each);
    this.waitingBytes += each.bytes;
  }

  private putBack(batch: WaitingReport[]): false {
    this.waiting.unshift(...batch);
    for (const each of batch) this.waitingBytes += each.bytes;
    return false;
  }
}
