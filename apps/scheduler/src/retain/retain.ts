import {
  type Database,
  dropPendingUploads,
  type LeaderTerm,
  preparePartitions,
  retireOldRows,
  retireRecords,
} from '@windlass/store';

/** Two months of weekly partitions ahead: a scheduler may be away for long before a row lands in the default one. */
const WEEKS_AHEAD = 8;
/** Rows of one kind in one statement. */
const KEYS_AT_ONCE = 5_000;
const ROWS_AT_ONCE = 1_000;
/** Longer than any upload: presigned URLs end after hours. */
const UPLOAD_HOURS = 24;
/** Who did what is asked within the year. */
const AUDIT_DAYS = 366;
/** A bulk action's figures, after its end. */
const ACTION_DAYS = 30;

/** Removes what has run out, and makes the partitions of the coming weeks. Answers whether more than a batch of something waits. */
export async function retain(term: LeaderTerm, db: Pick<Database, 'engine'>): Promise<boolean> {
  await preparePartitions(db.engine, WEEKS_AHEAD);
  const { keys } = await retireOldRows(db.engine, term, KEYS_AT_ONCE);
  const uploads = await dropPendingUploads(db.engine, term, { olderHours: UPLOAD_HOURS, limit: ROWS_AT_ONCE });
  const records = await retireRecords(db.engine, term, {
    auditDays: AUDIT_DAYS,
    actionDays: ACTION_DAYS,
    limit: ROWS_AT_ONCE,
  });
  return keys === KEYS_AT_ONCE || uploads === ROWS_AT_ONCE || records >= ROWS_AT_ONCE;
}
