import type { Dispatcher } from '@windlass/dispatch';
import { type Database, listFreeKeys, type TenantKey } from '@windlass/store';

/** Keys that one turn looks at: some microseconds each. With more keys, it takes several turns to come round. */
const KEYS_AT_ONCE = 1_000;

/**
 * Admits what an admission has missed: its core died after the commit, or had no connection. Looks at every concurrency key that
 * somebody waits for, some in each turn.
 */
export class MissedAdmissions {
  private after: TenantKey | undefined;

  constructor(
    private readonly db: Database,
    private readonly dispatcher: Dispatcher,
  ) {}

  async turn(): Promise<undefined> {
    const { free, last } = await listFreeKeys(this.db.engine, this.after, KEYS_AT_ONCE);
    this.after = last;
    await this.dispatcher.admit(free);
  }
}
