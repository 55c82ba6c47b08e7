import { type Queryable, runStatement } from './statement.js';

/**
 * Keeps others from bringing these finished jobs back, or their history away, until the transaction ends; sorted, so that two of them never
 * wait for each other. A statement of its own: the next one sees what the holder before has committed.
 */
export async function lockFinishedJobs(tx: Queryable, ids: string[]): Promise<void> {
  await runStatement(
    tx,
    'lock-finished-jobs',
    `select pg_advisory_xact_lock(hash) from (
       select distinct hashtextextended(id::text, 8) as hash from unnest($1::uuid[]) as a(id) order by 1
     ) sorted`,
    [ids],
  );
}
