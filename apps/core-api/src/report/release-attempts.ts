import type { AttemptRef } from '@windlass/contracts';
import { MAX_RELEASES } from '@windlass/lifecycle';
import { finishAttempts, readHeldAttempts, releaseAttemptsInStore } from '@windlass/store';
import type { CorePorts } from '../core-ports.js';

/**
 * Gives claims back that were not started: not an attempt. A job that was given back too often is quarantined as failed, since
 * something takes it and returns it for ever. Answers the ids that are settled.
 */
export async function release(items: AttemptRef[], ports: Pick<CorePorts, 'db' | 'dispatcher'>): Promise<string[]> {
  const released = await releaseAttemptsInStore(ports.db.engine, items, MAX_RELEASES);
  for (const row of released) ports.dispatcher.nudge({ queue: row.queue, type: row.type });
  const ids = new Set(released.map((row) => row.id));
  const rest = items.filter((item) => !ids.has(item.jobId));
  if (rest.length === 0) return [...ids];
  const held = await readHeldAttempts(
    ports.db.engine,
    rest.map((item) => item.jobId),
  );
  const worn = rest.filter((item) =>
    held.some((row) => row.jobId === item.jobId && row.epoch === item.epoch && row.releases >= MAX_RELEASES),
  );
  const ended = await finishAttempts(
    ports.db.engine,
    worn.map((item) => ({
      ...item,
      state: 'failed',
      outcome: 'quarantined',
      error: {
        class: 'Quarantined',
        code: 'claim.quarantined',
        message: `Given back ${MAX_RELEASES} times without a start.`,
      },
    })),
  );
  return [...ids, ...ended];
}
