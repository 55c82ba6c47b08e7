import type { Runtime, Timer } from '@windlass/clock';
import { type Database, markJobs } from '@windlass/store';

/** What another core wrote is noticed within this long: one query for all who wait, none when nobody does. */
const POLL_MS = 250;
/**
 * Waits at a time. Together with those of FinishWatch half of the places that core has for gateways. Beyond it a wait ends at once,
 * and the client asks again.
 */
const MAX_WATCHERS = 1_024;

interface Watched {
  /** Where the job stood at the last poll; undefined until it was in one. */
  mark: string | undefined;
  wakes: Set<() => void>;
}

/** One reader that waits. `next` answers false when the time is over: then nothing more is waited for. */
export interface Waiting {
  /** Resolves when something may have changed since the call before, also if it did before this one. */
  next(): Promise<boolean>;
  stop(): void;
}

/**
 * Wakes those who wait for lines of a job's log or for its next event: at once when this core wrote them or recorded the end, else by a
 * shared poll. A wake is a hint: the reader reads again, and waits again if there is nothing for it.
 */
export class LogWatch {
  private readonly jobs = new Map<string, Watched>();
  private timer: Timer | undefined;
  private closed = false;
  private count = 0;

  constructor(
    private readonly db: Pick<Database, 'engine'>,
    private readonly runtime: Runtime,
  ) {}

  /** Register before reading, or a line in between is missed. */
  watch(id: string, waitMs: number): Waiting {
    if (this.count >= MAX_WATCHERS || this.closed) return { next: () => Promise.resolve(false), stop: () => {} };
    const job = this.jobs.get(id) ?? { mark: undefined, wakes: new Set() };
    this.jobs.set(id, job);
    let changed = false;
    let over = false;
    let resolve: (() => void) | undefined;
    const wake = () => {
      changed = true;
      resolve?.();
    };
    const stop = () => {
      over = true;
      timer.cancel();
      if (job.wakes.delete(wake)) this.count -= 1;
      if (job.wakes.size === 0 && this.jobs.get(id) === job) this.jobs.delete(id);
      resolve?.();
    };
    const timer = this.runtime.after(waitMs, stop);
    job.wakes.add(wake);
    this.count += 1;
    this.timer ??= this.runtime.after(POLL_MS, () => void this.poll()).unref();
    return {
      stop,
      next: async () => {
        if (!changed && !over && !this.closed) {
          await new Promise<void>((done) => {
            resolve = done;
          });
        }
        resolve = undefined;
        changed = false;
        return !over && !this.closed;
      },
    };
  }

  /** Lines, events or an end of these jobs were committed. */
  appended(jobIds: Iterable<string>): void {
    if (this.jobs.size === 0) return;
    for (const id of jobIds) for (const wake of this.jobs.get(id)?.wakes ?? []) wake();
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    for (const job of this.jobs.values()) for (const wake of job.wakes) wake();
  }

  private async poll(): Promise<void> {
    const asked = [...this.jobs];
    try {
      const ids = asked.map(([id]) => id);
      const marks = await markJobs(this.db.engine, ids);
      for (const [id, job] of asked) {
        const mark = marks.get(id);
        // A reader that came since the poll before has read at some moment in between: without a mark it reads once more.
        const moved = job.mark !== mark;
        job.mark = mark;
        if (moved) for (const wake of job.wakes) wake();
      }
    } catch {
      // The database is away: whoever waits reaches the end of the wait, and the read that follows says so.
    }
    this.timer =
      this.jobs.size > 0 && !this.closed ? this.runtime.after(POLL_MS, () => void this.poll()).unref() : undefined;
  }
}
