import type { Attempt } from './attempt.js';
import type { KillReason } from './classify-exit.js';
import type { OutcomeTimes, RunnerClock } from './runner.contract.js';

interface Hooks {
  /** The first attempt that has no outcome. */
  front(): Attempt | undefined;
  /** Attempts that have no outcome. */
  size(): number;
  bySeq(seq: number): Attempt | undefined;
  /** The last attempt that the child noted as started. */
  startedSeq(): number;
  softLimit(attempt: Attempt): void;
  kill(reason: KillReason): void;
}

/**
 * How soon it is noticed that a cancelled attempt has started after all: what ends within one turn of the child is told at its
 * end, so the next one may block it unseen.
 */
const LOOK_EVERY_MS = 200;

interface Current {
  attempt: Attempt;
  seq: number;
  startedAtMs: number;
  sinceMs: number;
  softSent: boolean;
  killAtMs: number;
  /** The limit has passed once already, one turn ago. */
  confirmed: boolean;
}

/**
 * The limits of the attempt that runs in one child. One timer per child: when the front moves on the timer stays and is
 * set anew only if it would come too late, so a tiny job costs none.
 */
export class FrontWatch {
  private current: Current | undefined;
  private timer: { cancel(): void } | undefined;
  private timerDueMs = 0;
  private opened = false;
  private closed = false;
  private bootDueMs: number;
  /** Cancelled ones in the child, until they have their outcome, and when to look at the journal for them. */
  private readonly toEnd = new Set<Attempt>();
  private lookDueMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: RunnerClock,
    bootTimeoutMs: number,
    private readonly hooks: Hooks,
  ) {
    this.bootDueMs = clock.monotonicMs() + bootTimeoutMs;
    this.arm();
  }

  /** The module is imported: from now on attempts run. */
  open(): void {
    this.opened = true;
    this.frontMayHaveChanged();
  }

  frontMayHaveChanged(): void {
    if (!this.opened || this.closed) return;
    const front = this.hooks.front();
    if (!front) {
      this.current = undefined; // the timer finds nothing and ends
      return;
    }
    if (!this.current || front.seq > this.current.seq) this.moveTo(front);
    this.arm();
  }

  /** attempt.cancel is set. */
  cancelled(attempt: Attempt): void {
    if (this.closed) return;
    const nowMs = this.clock.monotonicMs();
    this.toEnd.add(attempt);
    this.lookAgain(nowMs);
    if (this.opened) {
      this.followJournal();
      if (this.current?.attempt === attempt) this.noteCancel(this.current);
    } else if (this.toEnd.size === this.hooks.size()) {
      // Nothing has started and nothing else waits for the module: its import may block the child as a handler can.
      this.bootDueMs = Math.min(this.bootDueMs, nowMs + attempt.cancel!.graceMs);
    }
    this.arm();
  }

  /** Answers what was in front at the child's death. */
  close(): { seq: number; times: OutcomeTimes } | undefined {
    this.closed = true;
    this.timer?.cancel();
    const current = this.current;
    if (!current) return undefined;
    const durationMs = this.clock.monotonicMs() - current.sinceMs;
    return { seq: current.seq, times: { startedAtMs: current.startedAtMs, durationMs } };
  }

  /** Verdicts of those before the one that the journal names are on their way. */
  private followJournal(): boolean {
    const started = this.hooks.bySeq(this.hooks.startedSeq());
    if (!started || started.seq <= (this.current?.seq ?? 0)) return false;
    this.moveTo(started);
    return true;
  }

  /** As long as cancelled ones wait in the child. */
  private lookAgain(nowMs: number): void {
    for (const attempt of this.toEnd) if (this.hooks.bySeq(attempt.seq) !== attempt) this.toEnd.delete(attempt);
    const keptMs = this.lookDueMs > nowMs ? this.lookDueMs : Number.POSITIVE_INFINITY;
    this.lookDueMs = this.toEnd.size > 0 ? Math.min(keptMs, nowMs + LOOK_EVERY_MS) : Number.POSITIVE_INFINITY;
  }

  private moveTo(attempt: Attempt): void {
    this.current = {
      attempt,
      seq: attempt.seq,
      startedAtMs: this.clock.now(),
      sinceMs: this.clock.monotonicMs(),
      softSent: false,
      killAtMs: Number.POSITIVE_INFINITY,
      confirmed: false,
    };
    this.noteCancel(this.current);
  }

  /** The grace of a cancel counts from when the attempt is in front: before, it is taken out of the queue without a kill. */
  private noteCancel(current: Current): void {
    const cancel = current.attempt.cancel;
    if (cancel) current.killAtMs = Math.min(current.killAtMs, this.clock.monotonicMs() + cancel.graceMs);
  }

  private dueMs(): number {
    if (!this.opened) return this.bootDueMs;
    if (!this.current) return this.lookDueMs;
    const { attempt, sinceMs, softSent, killAtMs } = this.current;
    const { softMs, hardMs } = attempt.input;
    const softDueMs = softSent ? Number.POSITIVE_INFINITY : sinceMs + softMs;
    return Math.min(killAtMs, sinceMs + hardMs, softDueMs, this.lookDueMs);
  }

  private arm(atLeastMs = 0): void {
    const dueMs = this.dueMs();
    if (this.closed || dueMs === Number.POSITIVE_INFINITY) return;
    if (this.timer && this.timerDueMs <= dueMs) return;
    this.timer?.cancel();
    this.timerDueMs = dueMs;
    // Node's timers hold 31 bits; a longer wait is armed again when it fires.
    const waitMs = Math.min(Math.max(Math.ceil(dueMs - this.clock.monotonicMs()), atLeastMs, 0), 0x7fff_ffff);
    this.timer = this.clock.after(waitMs, () => {
      this.timer = undefined;
      this.check();
    });
  }

  private check(): void {
    if (this.closed) return;
    const nowMs = this.clock.monotonicMs();
    if (nowMs < this.dueMs()) {
      this.arm();
      return;
    }
    if (!this.opened) {
      this.hooks.kill({ kind: 'boot-timeout' });
      return;
    }
    if (nowMs >= this.lookDueMs) this.lookAgain(nowMs);
    if (this.followJournal() || !this.current) this.arm();
    else this.applyLimits(this.current, nowMs);
  }

  private applyLimits(current: Current, nowMs: number): void {
    const { attempt, sinceMs, killAtMs, softSent } = current;
    if (nowMs >= Math.min(killAtMs, sinceMs + attempt.input.hardMs)) {
      this.expire(current, nowMs);
      return;
    }
    if (!softSent && nowMs >= sinceMs + attempt.input.softMs) {
      current.softSent = true;
      this.hooks.softLimit(attempt);
    }
    this.arm();
  }

  /** If this process was held up, timers fire before what the child sent meanwhile is read: so look again a turn later. */
  private expire(current: Current, nowMs: number): void {
    if (!current.confirmed) {
      current.confirmed = true;
      this.arm(1);
      return;
    }
    const cancelled = nowMs >= current.killAtMs;
    this.hooks.kill({ kind: cancelled ? 'cancelled' : 'hard-limit', seq: current.seq });
  }
}
