import type { Attempt } from './attempt.js';
import type { KillReason } from './classify-exit.js';
import type { OutcomeTimes, RunnerClock } from './runner.contract.js';

interface Hooks {
  /** The first attempt that has no outcome. */
  front(): Attempt | undefined;
  bySeq(seq: number): Attempt | undefined;
  /** The last attempt that the child noted as started. */
  startedSeq(): number;
  softLimit(attempt: Attempt): void;
  kill(reason: KillReason): void;
}

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
  private readonly bootDueMs: number;

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
    else if (this.current.seq === front.seq) this.noteCancel(this.current);
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
    if (!this.current) return Number.POSITIVE_INFINITY;
    const { attempt, sinceMs, softSent, killAtMs } = this.current;
    const { softMs, hardMs } = attempt.input;
    return Math.min(killAtMs, sinceMs + hardMs, softSent ? Number.POSITIVE_INFINITY : sinceMs + softMs);
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
    const current = this.current;
    if (!current) return;
    const moved = this.hooks.bySeq(this.hooks.startedSeq());
    if (moved && moved.seq > current.seq) {
      this.moveTo(moved); // verdicts of those before it are on their way
      this.arm();
      return;
    }
    const { attempt, sinceMs, killAtMs } = current;
    if (nowMs >= Math.min(killAtMs, sinceMs + attempt.input.hardMs)) {
      this.expire(current, nowMs);
      return;
    }
    current.softSent = true;
    this.hooks.softLimit(attempt);
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
