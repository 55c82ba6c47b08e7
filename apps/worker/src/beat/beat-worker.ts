import type { Timer } from '@windlass/clock';
import { type BeatWorker, beatWorker, beatWorkerReply, type Progress, type WorkerPresence } from '@windlass/contracts';
import { messageOf } from '@windlass/faults';
import { type HeldAttempt, type HeldAttempts, refOf } from '../execute/held-attempts.js';
import type { WorkerContext } from '../worker-context.js';

/** After a beat without an answer the next one does not wait for its turn: the lease runs. */
const RETRY_MS = 500;
/** Progress goes out this often at most, that of all attempts together. */
const PROGRESS_EVERY_MS = 500;

/** The beat that says goodbye. */
const LAST_TIMEOUT_MS = 500;

export interface BeatOptions {
  context: WorkerContext;
  held: HeldAttempts;
  presence(): WorkerPresence;
  /** Core says that this attempt is no longer ours. */
  onFenced(attempt: HeldAttempt): void;
  /** Its job was cancelled; said with every beat until the attempt is closed. */
  onCancelled(attempt: HeldAttempt): void;
}

/**
 * Keeps the leases of all held attempts, and the worker itself, alive in core. Nothing is ever killed because core does not
 * answer: what an outage means for leases is core's business (decision 4), only its word `fenced` counts.
 */
export class Beats {
  /** The pace that core has told; 0 until then. */
  private paceMs = 0;
  private timer: Timer | undefined;
  private progressTimer: Timer | undefined;
  private progressing = false;
  private stopped = false;
  private silent = false;
  private beating = false;
  /** Another was asked for while one was under way. */
  private again = false;
  private answeredMs = Number.NEGATIVE_INFINITY;
  private readonly unsent = new Set<HeldAttempt>();

  constructor(private readonly options: BeatOptions) {}

  /** Four to a lease: also how long anything may take that a lease depends on. Undefined until core has told it. */
  get beatMs(): number | undefined {
    return this.paceMs || undefined;
  }

  /** Starts the beats, or goes on with another pace; the first one goes out now, since it tells core of the slots. */
  start(beatMs: number): void {
    this.paceMs = beatMs;
    this.beatNow();
  }

  beatNow(): void {
    if (this.stopped || this.paceMs === 0) return;
    this.again = this.beating;
    if (this.beating) return;
    this.beating = true;
    this.timer?.cancel();
    void this.beat();
  }

  /** One beat more, with what is true now, then none. Whether it arrives no longer matters. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.timer?.cancel();
    this.progressTimer?.cancel();
    if (this.paceMs > 0)
      await this.send(this.options.held.living(), this.options.presence(), LAST_TIMEOUT_MS).catch(() => undefined);
  }

  /** Whether core has answered lately. */
  get answered(): boolean {
    return this.options.context.runtime.monotonicMs() - this.answeredMs <= 2 * this.paceMs;
  }

  progress(attempt: HeldAttempt, progress: Progress): void {
    attempt.progress = progress;
    this.unsent.add(attempt);
    this.progressTimer ??= this.options.context.runtime.after(PROGRESS_EVERY_MS, () => void this.sendProgress());
  }

  private async beat(): Promise<void> {
    const { context, held, presence } = this.options;
    const startMs = context.runtime.monotonicMs();
    let waitMs = RETRY_MS;
    try {
      await this.send(held.living(), presence());
      waitMs = this.paceMs - (context.runtime.monotonicMs() - startMs);
      if (this.silent) context.logger.info({ operation: 'beat' }, 'core answers beats again');
      this.silent = false;
    } catch (error) {
      if (!this.silent) context.logger.warn({ operation: 'beat', error }, `a beat has no answer: ${messageOf(error)}`);
      this.silent = true;
    }
    this.beating = false;
    if (this.stopped) return;
    const delayMs = this.again ? 0 : Math.max(0, Math.min(waitMs, this.paceMs));
    this.timer = context.runtime.after(delayMs, () => this.beatNow());
  }

  private async sendProgress(): Promise<void> {
    this.progressTimer = undefined;
    if (this.stopped || this.progressing) return;
    const changed = [...this.unsent].filter((attempt) => attempt.state === 'running');
    this.unsent.clear();
    if (changed.length === 0) return;
    for (const attempt of changed) this.unsent.add(attempt);
    this.progressing = true;
    // Unsent progress waits for the next beat: it is of no use to repeat a figure that has grown meanwhile.
    await this.send(changed).catch(() => undefined);
    this.progressing = false;
    if (this.unsent.size > 0 && !this.progressTimer) {
      this.progressTimer = this.options.context.runtime.after(PROGRESS_EVERY_MS, () => void this.sendProgress());
    }
  }

  private async send(attempts: HeldAttempt[], presence?: WorkerPresence, timeoutMs = Math.max(this.paceMs, RETRY_MS)) {
    const { core, worker, incarnation } = this.options.context;
    const told = new Map<HeldAttempt, Progress>();
    const body: BeatWorker = {
      worker,
      incarnation,
      ...(presence ? { presence } : {}),
      attempts: attempts.map((attempt) => {
        if (!attempt.progress || !this.unsent.has(attempt)) return refOf(attempt);
        told.set(attempt, attempt.progress);
        return { ...refOf(attempt), progress: attempt.progress };
      }),
    };
    const reply = await core.call(beatWorker, beatWorkerReply, body, { timeoutMs });
    this.answeredMs = this.options.context.runtime.monotonicMs();
    for (const [attempt, progress] of told) if (attempt.progress === progress) this.unsent.delete(attempt);
    if (reply.fenced.length > 0) this.fence(attempts, reply.fenced);
    if (reply.cancelled)
      for (const attempt of this.oldestOf(attempts, reply.cancelled)) this.options.onCancelled(attempt);
  }

  private fence(beaten: readonly HeldAttempt[], jobIds: readonly string[]): void {
    for (const attempt of this.oldestOf(beaten, jobIds)) {
      this.unsent.delete(attempt);
      this.options.onFenced(attempt);
    }
  }

  /**
   * The answer names jobs. Of two attempts of one job the older one is meant; if both are, the next beat says so. Those that are lost
   * or answered by now are none of them.
   */
  private oldestOf(beaten: readonly HeldAttempt[], jobIds: readonly string[]): Iterable<HeldAttempt> {
    const named = new Set(jobIds);
    const oldest = new Map<string, HeldAttempt>();
    for (const attempt of beaten) {
      if (!named.has(attempt.jobId) || attempt.state === 'lost' || !this.options.held.has(attempt)) continue;
      const other = oldest.get(attempt.jobId);
      if (!other || attempt.run < other.run || (attempt.run === other.run && attempt.epoch < other.epoch)) {
        oldest.set(attempt.jobId, attempt);
      }
    }
    return oldest.values();
  }
}
