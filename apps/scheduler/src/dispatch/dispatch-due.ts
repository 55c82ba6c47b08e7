import type { Dispatcher, TypeWeights } from '@windlass/dispatch';
import { type Database, type Lane, type LeaderTerm, listLanes, promoteDue, untilNextDue } from '@windlass/store';

/** One statement promotes this many; a flood of due jobs takes several rounds, bounded so that other lanes get their turn. */
const PROMOTE_AT_ONCE = 1_000;
const MAX_ROUNDS = 20;

/**
 * Moves what is due to its queue and refills every lane that has something queued: whatever the fast path, a broker or a core
 * has lost is handed over again here. Answers the ms until the next scheduled job is due.
 */
export async function dispatchDue(
  term: LeaderTerm,
  db: Database,
  dispatcher: Dispatcher,
  weights: TypeWeights,
): Promise<number | undefined> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { count, keys } = await promoteDue(db.engine, term, PROMOTE_AT_ONCE);
    await dispatcher.admit(keys);
    if (count < PROMOTE_AT_ONCE) break;
  }
  await weights.refresh();
  const lanes: Lane[] = await listLanes(db.engine);
  for (const lane of lanes) await dispatcher.refill(lane);
  return untilNextDue(db.engine);
}
