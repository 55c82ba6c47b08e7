import type { Runtime } from '@windlass/clock';
import type { AttemptError, AttemptRef } from '@windlass/contracts';
import { type Dispatcher, freeSlots } from '@windlass/dispatch';
import { decideAttempt } from '@windlass/lifecycle';
import type { Logger } from '@windlass/service-kit';
import {
  closeDeadStopping,
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

/** What a lost attempt wrote is collected after this many leases: by then its zombie has heard that it is fenced, if it ever will. */
const LITTER_LEASES = 3;

const LOST: AttemptError = {
  class: 'LeaseExpired',
  code: 'rescue.lost',
  message: 'The worker did not beat within the lease: it died, was cut off or stood still.',
};

interface Ports {
  db: Database;
  dispatcher: Dispatcher;
  runtime: Runtime;
  logger: Logger;
}

/**
 * Ends attempts whose lease ran out while beats could be recorded, and gives their jobs another attempt if one is left; closes those
 * whose job was cancelled. Each write checks lease, epoch, token and the leader's term again: a worker that beats in between keeps its job.
 */
export async function rescueLost(
  term: LeaderTerm,
  ports: Ports,
  { gapMs, leaseMs }: { gapMs: number; leaseMs: number },
): Promise<number> {
  const rescue = { ...term, litterMs: LITTER_LEASES * leaseMs };
  const lost = await readLostAttempts(ports.db.engine, { gapMs, limit: LIMIT });
  const { retries, ends } = decide(lost, ports.runtime);
  const refused = (error: unknown, { jobId }: AttemptRef) =>
    ports.logger.error(
      { operation: 'rescue', jobId, error },
      'a lost attempt cannot be ended: the database refuses it',
    );
  const again = await writeApart(retries, (part) => retryAttempts(ports.db.engine, part, rescue), refused);
  const failed = await writeApart(ends, (part) => finishAttempts(ports.db.engine, part, rescue), refused);
  const closed = await closeDeadStopping(ports.db.engine, { gapMs, limit: LIMIT }, rescue);
  for (const { queue, type } of again) ports.dispatcher.nudge({ queue, type });
  freeSlots(ports.dispatcher, [...again, ...failed, ...closed]);
  const count = again.length + failed.length + closed.length;
  if (count > 0)
    ports.logger.warn(
      { operation: 'rescue', again: again.length, failed: failed.length, cancelled: closed.length },
      `${count} attempts lost their lease`,
    );
  return count;
}

function decide(lost: Awaited<ReturnType<typeof readLostAttempts>>, runtime: Runtime) {
  const retries: RetriedAttempt[] = [];
  const ends: FinishedAttempt[] = [];
  for (const { jobId, run, epoch, token, ...policy } of lost) {
    const ref = { jobId, run, epoch, token, outcome: 'lost' as const, error: LOST };
    const decision = decideAttempt(policy, { outcome: 'lost' }, runtime.random());
    if (decision.state === 'scheduled') retries.push({ ...ref, delayMs: decision.delayMs });
    else ends.push({ ...ref, state: 'failed' });
  }
  return { retries, ends };
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
