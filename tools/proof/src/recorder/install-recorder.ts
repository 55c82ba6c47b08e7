import { dropSql, installSql } from './recorder.sql.js';
import { REAL, type Witness } from './trigger-functions.sql.js';

/** Runs one statement as a superuser of the database under test, with a timeout of its own. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

export interface RecorderOptions {
  /** Cheaper, but a crash of PostgreSQL empties it: only where none is drawn. Default false. */
  unlogged?: boolean;
  /** A simulation says itself who writes, and since when. Default: as real processes tell. */
  witness?: Witness;
}

/**
 * Puts the database's own witness into a migrated database: schema `proof`, whose triggers write down each row change that is judged, in
 * the transaction that makes it. Takes the place of an older recorder, with what that one had recorded.
 */
export async function installRecorder(
  query: Query,
  { unlogged = false, witness = REAL }: RecorderOptions = {},
): Promise<void> {
  await query(dropSql);
  for (const statement of installSql({ unlogged, witness })) await query(statement);
}

/** Forgets everything; numbers start at 1 again, so that the same seed leaves the same history. */
export async function clearRecorder(query: Query): Promise<void> {
  await query('truncate proof.changes restart identity');
}
