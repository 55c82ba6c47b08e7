import type pg from 'pg';
import type { Answer, PhysicalConnection } from './physical-connections.js';

/** Longer than most statements take, and than PostgreSQL waits before it looks for a deadlock: what is silent then waits, or is slow. */
const LOOK_AFTER_MS = 4;

export interface Waiter {
  physical: PhysicalConnection;
  asked: Promise<Answer>;
  /** Virtual. */
  sinceMs: number;
  onAnswer: (answer: Answer) => Promise<void>;
}

const pause = () => new Promise<'silent'>((resolve) => setTimeout(resolve, LOOK_AFTER_MS, 'silent'));

/**
 * Statements that wait for another session's lock inside PostgreSQL. As long as there are any, only those who hold what they wait for
 * may go on: so at each moment one thing at most can come free, and a seed has one order.
 */
export class BlockedStatements {
  private waiters: Waiter[] = [];
  private blockers = new Set<number>();
  private deferred: (() => void)[] = [];

  constructor(private readonly control: pg.Client) {}

  /** Since when the first of them waits. */
  get oldestMs(): number | undefined {
    return this.waiters[0]?.sinceMs;
  }

  admits(physical: PhysicalConnection): boolean {
    return this.waiters.length === 0 || this.blockers.has(physical.pid);
  }

  /** Until nobody waits any more. */
  defer(again: () => void): void {
    this.deferred.push(again);
  }

  /** The answer, or that there is none before another session lets go. */
  async watch(physical: PhysicalConnection, asked: Promise<Answer>, mayBlock: boolean): Promise<Answer | 'blocked'> {
    if (!mayBlock) return asked;
    for (;;) {
      const answer = await Promise.race([asked, pause()]);
      if (answer !== 'silent') return answer;
      const blockers = await this.blockersOf(physical);
      // In a circle PostgreSQL ends one of them, which is the last that came: the others have looked already.
      const circle = this.blockers.has(physical.pid) && blockers.some((pid) => this.isWaiting(pid));
      if (blockers.length > 0 && !circle) return 'blocked';
    }
  }

  async add(waiter: Waiter): Promise<void> {
    this.waiters.push(waiter);
    await this.lookAgain();
  }

  waits(physical: PhysicalConnection): boolean {
    return this.isWaiting(physical.pid);
  }

  /** To be called whenever a lock may have come free. Resolves when each waiter has its answer or waits for somebody again. */
  async settle(): Promise<void> {
    for (let at = 0; at < this.waiters.length; ) {
      const waiter = this.waiters[at]!;
      const answer = await this.watch(waiter.physical, waiter.asked, true);
      if (answer === 'blocked') {
        at += 1;
        continue;
      }
      this.waiters = this.waiters.filter((each) => each !== waiter);
      await this.lookAgain();
      await waiter.onAnswer(answer);
      at = 0;
    }
    if (this.waiters.length > 0) return this.lookAgain();
    for (const again of this.deferred.splice(0)) again();
  }

  /** Ends the wait of one session by an error. */
  async cancel(physical: PhysicalConnection): Promise<void> {
    if (!this.waits(physical)) return;
    await this.control.query('select pg_cancel_backend($1)', [physical.pid]);
    await this.waiters.find((each) => each.physical === physical)?.asked;
    await this.settle();
  }

  private isWaiting(pid: number): boolean {
    return this.waiters.some((each) => each.physical.pid === pid);
  }

  private async lookAgain(): Promise<void> {
    const blockers = new Set<number>();
    for (const { physical } of this.waiters) for (const pid of await this.blockersOf(physical)) blockers.add(pid);
    this.blockers = blockers;
  }

  private async blockersOf({ pid }: PhysicalConnection): Promise<number[]> {
    const { rows } = await this.control.query<{ pids: number[] }>('select pg_blocking_pids($1) as pids', [pid]);
    return rows[0]?.pids ?? [];
  }
}
