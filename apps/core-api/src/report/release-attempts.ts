import type { AttemptRef } from '@windlass/contracts';
import { freeSlots } from '@windlass/dispatch';
import { MAX_RELEASES } from '@windlass/lifecycle';
import { closeStopping, finishAttempts, readHeldAttempts, releaseAttemptsInStore } from '@windlass/store';
import type { CorePorts } from '../core-ports.js';

type Ports = Pick<CorePorts, 'db' | 'dispatcher'> & { finished(ids: Iterable<string>): void };

/**
 * Gives claims back that were not started: not an attempt, and the job keeps its concurrency key. A job that was given back too often
 * is quarantined as failed, since something takes it and returns it for ever; one that was cancelled meanwhile has its attempt closed.
 * Answers the ids that are settled.
 */
export async function release(items: AttemptRef[], ports: Ports): Promise<string[]> {
  const released = await releaseAttemptsInStore(ports.db.engine, items, MAX_RELEASES);
  for (const row of released) ports.dispatcher.nudge({ queue: row.queue, type: row.type });
  const ids = new Set(released.map((row) => row.id));
  const rest = items.filter((item) => !ids.has(item.jobId));
  if (rest.length === 0) return [...ids];
  const ended = await quarantine(rest, ports);
  ports.finished(ended.map((slot) => slot.id));
  const closed = await closeStopping(ports.db.engine, rest);
  freeSlots(ports.dispatcher, [...ended, ...closed]);
  return [...ids, ...[...ended, ...closed].map((slot) => slot.id)];
}

async function quarantine(items: AttemptRef[], ports: Ports) {
  const held = await readHeldAttempts(
    ports.db.engine,
    items.map((item) => item.jobId),
  );
  const worn = items.filter((item) =>
    held.some((row) => row.jobId === item.jobId && row.epoch === item.epoch && row.releases >= MAX_RELEASES),
  );
  if (worn.length === 0) return [];
  return finishAttempts(
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
}
