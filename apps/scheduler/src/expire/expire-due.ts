import type { Dispatcher } from '@windlass/dispatch';
import { type Database, expireJobs, type LeaderTerm } from '@windlass/store';

/** One statement ends this many; the next turn takes the next. */
const EXPIRE_AT_ONCE = 500;
/** More are late: the next turn comes soon, with room for others in between. */
const AGAIN_MS = 50;

/** Ends what has not started by the end of its time to live. Claims refuse such jobs already: this only buries them. */
export async function expireDue(
  term: LeaderTerm,
  { db, dispatcher }: { db: Database; dispatcher: Dispatcher },
): Promise<number | undefined> {
  const { count, keys } = await expireJobs(db.engine, term, EXPIRE_AT_ONCE);
  await dispatcher.admit(keys);
  return count === EXPIRE_AT_ONCE ? AGAIN_MS : undefined;
}
