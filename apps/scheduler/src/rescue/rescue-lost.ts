import type { Runtime } from '@windlass/clock';
import type { AttemptError, AttemptRef } from '@windlass/contracts';
import type { Dispatcher } from '@windlass/dispatch';
import { decideAttempt } from '@windlass/lifecycle';
import type { Logger } from '@windlass/service-kit';
import {
  type Database,
  type FinishedAttempt,
  finishAttempts,
  type LeaderTerm,
  type RetriedAttempt,
  readLostAttempts,
  retryAttempts,
  storeFault,
} from '@windlass/store';

/** At a time: a whole host's slots; the next second takes the next. */
const LIMIT = 500;

const LOST: AttemptError = {
  class: 'LeaseExpired',
  code: 'rescue.lost',
  message: 'The worker did not beat within the lease: it died, was cut off or stood still.',
};

/**
 * Ends attempts whose lease ran out while beats could be recorded, and gives their jobs another attempt if one is left. Each write
 * checks lease, epoch, token and the leader's term again: a worker that beats in between keeps its job.
 */
export async function rescueLost(
  term: LeaderTerm,
  ports: { db: Database; dispatcher: Dispatcher; runtime: Runtime; logger: Logger },
  gapMs: number,
): Promise<number> {
  const lost = await readLostAttempts(ports.db.engine, { gapMs, limit: LIMIT });
  if (lost.length === 0) return 0;
  const retries: RetriedAttempt[] = [];
  const ends: FinishedAttempt[] = [];
  for (const { jobId, run, epoch, token, ...policy } of lost) {
    const ref = { jobId, run, epoch, token, outcome: 'lost' as const, error: LOST };
    const decision = decideAttempt(policy, { outcome: 'lost' }, ports.runtime.random());
    if (decision.state === 'scheduled') retries.push({ ...ref, delayMs: decision.delayMs });
    else ends.push({ ...ref, state: 'failed' });
  }
  const refused = (error: unknown, { jobId }: AttemptRef) =>
    ports.logger.error(
      { operation: 'rescue', jobId, error },
      'a lost attempt cannot be ended: the database refuses it',
    );
  const again = await writeApart(retries, (part) => retryAttempts(ports.db.engine, part, term), refused);
  const failed = await writeApart(
    ends,
    async (part) => [...(await finishAttempts(ports.db.engine, part, term))],
    refused,
  );
  for (const { queue, type } of again) ports.dispatcher.nudge({ queue, type });
  const count = again.length + failed.length;
  if (count > 0)
    ports.logger.warn(
      { operation: 'rescue', again: again.length, failed: failed.length },
      `${count} attempts lost their lease`,
    );
  return count;
}

/** In one statement; when the database refuses the data, halves it until the culprit stands alone: one bad row must not keep all others from rescue. */
async function writeApart<T, R>(
  items: T[],
  write: (part: T[]) => Promise<R[]>,
  onRefused: (error: unknown, item: T) => void,
): Promise<R[]> {
  const [first] = items;
  if (first === undefined) return [];
  try {
    return await write(items);
  } catch (error) {
    if (storeFault(error).code !== 'store.data-refused') throw error;
    if (items.length === 1) {
      onRefused(error, first);
      return [];
    }
    const middle = items.length >> 1;
    const before = await writeApart(items.slice(0, middle), write, onRefused);
    return [...before, ...(await writeApart(items.slice(middle), write, onRefused))];
  }
}
