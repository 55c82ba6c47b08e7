import type { Runtime, Timer } from '@windlass/clock';
import type { Database } from '@windlass/store';

/** A job that another core finished is noticed within this long: one query for all who wait, none when nobody does. */
const POLL_MS = 200;
/**
 * Waits at a time, over all jobs: far below the places that core has for gateways, so that long polls never stall a submission.
 * Beyond it a wait ends at once with the state as it is, and the client asks again.
 */
const MAX_WATCHERS = 1_024;

/** Wakes those who wait for a job's end: at once when this core recorded it, else by a shared poll. */
export class FinishWatch {
  private readonly watchers = new Map<string, Set<() => void>>();
  private timer: Timer | undefined;
  private closed = false;
  private count = 0;

  constructor(
    private readonly db: Pick<Database, 'engine'>,
    private readonly runtime: Runtime,
    /** Hears of every end that this core recorded, too. */
    private readonly logs?: { appended(jobIds: Iterable<string>): void },
  ) {}

  /** Resolves when the job has finished, or after `waitMs`. Register before reading the state, or an end in between is missed. */
  watch(id: string, waitMs: number): { ended: Promise<void>; stop(): void } {
    let stop = () => {};
    const ended = new Promise<void>((resolve) => {
      if (this.count >= MAX_WATCHERS || this.closed) {
        resolve();
        return;
      }
      const timer = this.runtime.after(waitMs, () => stop());
      const group = this.watchers.get(id) ?? new Set();
      this.watchers.set(id, group);
      stop = () => {
        timer.cancel();
        if (group.delete(stop)) this.count -= 1;
        if (group.size === 0 && this.watchers.get(id) === group) this.watchers.delete(id);
        resolve();
      };
      group.add(stop);
      this.count += 1;
      this.timer ??= this.runtime.after(POLL_MS, () => void this.poll()).unref();
    });
    return { ended, stop: () => stop() };
  }

  finished(ids: Iterable<string>): void {
    if (this.watchers.size === 0) {
      this.logs?.appended(ids);
      return;
    }
    const ended = [...ids];
    this.logs?.appended(ended);
    this.wake(ended);
  }

  private wake(ids: Iterable<string>): void {
    for (const id of ids) for (const wake of this.watchers.get(id) ?? []) wake();
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    for (const group of [...this.watchers.values()]) for (const wake of [...group]) wake();
  }

  private async poll(): Promise<void> {
    const ids = [...this.watchers.keys()];
    try {
      const found = await this.db.engine.query<{ id: string }>({
        name: 'find-finished',
        text: 'select a.id from unnest($1::uuid[]) a(id) where not exists (select from jobs j where j.id = a.id)',
        values: [ids],
      });
      this.wake(found.rows.map((row) => row.id));
    } catch {
      // The database is away: whoever waits reaches the end of the wait, and the read that follows says so.
    }
    this.timer =
      this.watchers.size > 0 && !this.closed ? this.runtime.after(POLL_MS, () => void this.poll()).unref() : undefined;
  }
}
