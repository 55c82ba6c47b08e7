import type { Runtime } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import { pendingMigrations } from '../migrations/migrate.js';
import type { Database } from './connect-database.js';

/** A deployment starts everything at once: the database and the migration step may come up after us. */
const RETRY_MS = 1_000;
const PATIENCE_MS = 120_000;

/**
 * Opens the database and waits until the migration step has run. Never migrates: that is a step of its own
 * (`windlass migrate`). Throws after two minutes, saying what was missing.
 */
export async function awaitSchema(
  open: () => Promise<Database>,
  { runtime, onWait }: { runtime: Runtime; onWait(missing: string): void },
): Promise<Database> {
  const deadlineMs = runtime.monotonicMs() + PATIENCE_MS;
  for (;;) {
    let db: Database | undefined;
    let missing: string;
    try {
      db = await open();
      const pending = await pendingMigrations(db.engine);
      if (pending.length === 0) return db;
      missing = `the schema lacks ${pending.join(', ')}: run "windlass migrate"`;
    } catch (error) {
      missing = `the database does not answer: ${messageOf(error)}`;
    }
    await db?.close();
    if (runtime.monotonicMs() > deadlineMs) throw new Error(missing);
    onWait(missing);
    await runtime.sleep(RETRY_MS);
  }
}
