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

/** All heavy types: a fresh child for each attempt, killed with its group once it has its outcome. */
export class HeavyLane implements Lane {
  private readonly waiting: Attempt[] = [];
  private readonly running = new Map<Attempt, ChildSession>();
  /** Also those whose attempt has its outcome, until they are dead. */
  private readonly open = new Set<ChildSession>();
  private paused = false;
  private stopped = false;

  constructor(
    private readonly host: LaneHost,
    private readonly maxChildren: number,
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
    else this.running.get(attempt)?.cancel(attempt);
  }

  async release(attempt: Attempt): Promise<boolean> {
    if (takeOut(this.waiting, attempt)) return true;
    const session = this.running.get(attempt);
    const released = (await session?.release(attempt)) ?? false;
    if (released) this.leave(attempt, session!);
    return released;
  }

  async stop(): Promise<Attempt[]> {
    this.stopped = true;
    const sessions = [...this.open];
    for (const session of sessions) session.kill({ kind: 'stopped' });
    await Promise.all(sessions.map((session) => session.closed));
    return this.waiting.splice(0);
  }

  async warm(): Promise<void> {}

  sessions(): Iterable<ChildSession> {
    return this.open;
  }

  private pump(): void {
    while (!this.stopped && !this.paused && this.running.size < this.maxChildren) {
      const attempt = this.waiting.shift();
      if (!attempt) return;
      try {
        this.start(attempt);
      } catch (error) {
        this.startFailed(attempt, (error as Error).message);
      }
    }
  }

  private start(attempt: Attempt): void {
    const session = openSession(this.host, attempt.handler, attempt.memoryMb, true, {
      onOutcome: (_attempt, outcome) => {
        this.leave(attempt, session);
        this.host.settle(attempt, outcome);
      },
      onEnded: ([unstarted], _began, reason) => {
        this.open.delete(session);
        this.host.scratch.remove(attempt.scratchDir);
        if (this.running.get(attempt) === session) this.running.delete(attempt);
        if (unstarted?.cancel) settleUnstarted(this.host, unstarted, { kind: 'aborted' });
        else if (unstarted) this.startFailed(unstarted, reason);
        this.pump();
      },
    });
    this.open.add(session);
    this.running.set(attempt, session);
    session.send([attempt]);
  }

  private leave(attempt: Attempt, session: ChildSession): void {
    this.running.delete(attempt);
    session.kill({ kind: 'retired' });
    this.pump();
  }

  private startFailed(attempt: Attempt, reason: string): void {
    if (this.stopped) {
      this.waiting.unshift(attempt);
      return;
    }
    attempt.failedStarts++;
    if (attempt.failedStarts >= MAX_FAILED_STARTS) {
      settleUnstarted(this.host, attempt, { kind: 'crashed', detail: `no child could start it: ${reason}` });
      return;
    }
    this.waiting.push(attempt);
    if (this.paused) return;
    this.paused = true;
    this.host.clock.after(START_RETRY_MS * attempt.failedStarts, () => {
      this.paused = false;
      this.pump();
    });
  }
}
