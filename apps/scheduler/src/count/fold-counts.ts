import { type Database, foldQueueDeltas, type LeaderTerm } from '@windlass/store';

/** Some tens of milliseconds; a flood of them is folded in several turns. */
const DELTAS_AT_ONCE = 10_000;
const AGAIN_MS = 50;

/** Adds up what statements have left in queue_deltas, so that a reader has little to add. */
export async function foldCounts(term: LeaderTerm, db: Database): Promise<number | undefined> {
  const folded = await foldQueueDeltas(db.engine, term, DELTAS_AT_ONCE);
  return folded === DELTAS_AT_ONCE ? AGAIN_MS : undefined;
}
