import { admitHeld, type Database, FlushQueue, type Lane, type TenantKey } from '@windlass/store';

/**
 * Lets jobs that wait for a concurrency key into their lanes (decision 0011). One admission is under way at a time; keys that are
 * named meanwhile share the next.
 */
export class Admission {
  private readonly queue: FlushQueue<TenantKey, undefined>;

  constructor(
    db: Pick<Database, 'engine'>,
    onAdmitted: (lane: Lane) => void,
    private readonly onError: (error: unknown) => void,
  ) {
    this.queue = new FlushQueue<TenantKey, undefined>({
      maxItems: 500,
      // What is beyond it, the scheduler's repair admits.
      maxWaiting: 20_000,
      flush: async (keys) => {
        for (const lane of await admitHeld(db.engine, keys)) onAdmitted(lane);
        return keys.map(() => undefined);
      },
    });
  }

  /** Resolves when they were looked at. Never rejects: what failed is made up for by the scheduler within a second or so. */
  async admit(keys: TenantKey[]): Promise<void> {
    const ends = await Promise.allSettled(keys.map((key) => this.queue.add(key)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) this.onError(failed.reason);
  }
}
