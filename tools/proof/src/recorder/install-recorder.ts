import { dropSql, installSql } from './recorder.sql.js';

/** Runs one statement as a superuser of the database under test, with a timeout of its own. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;

export interface RecorderOptions {
  /** Cheaper, but a crash of PostgreSQL empties it: only where none is drawn. Default false. */
  unlogged?: boolean;
}

/**
 * Puts the database's own witness into a migrated database: schema `proof`, whose triggers write down each row change that is judged, in
 * the transaction that makes it. Takes the place of an older recorder, with what that one had recorded. A simulation sets its clock first.
 */
export async function installRecorder(query: Query, { unlogged = false }: RecorderOptions = {}): Promise<void> {
  await query(dropSql);
  const { rows } = await query(
    `select prosrc not like '%clock_timestamp()%' as simulated from pg_proc where oid = 'windlass.windlass_now()'::regprocedure`,
  );
  for (const statement of installSql({ unlogged, simulated: rows[0]?.simulated === true })) await query(statement);
}

/** Forgets everything; numbers start at 1 again, so that the same seed leaves the same history. */
export async function clearRecorder(query: Query): Promise<void> {
  await query('truncate proof.changes restart identity');
}
