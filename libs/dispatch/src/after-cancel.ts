import type { Broker } from '@windlass/broker';
import { attemptCancelled, TOPIC } from '@windlass/contracts';
import type { CancelledJob } from '@windlass/store';
import type { Dispatcher } from './dispatcher.js';
import { freeSlots } from './free-slots.js';

/** The contract's bound for one message. */
const ATTEMPTS_AT_ONCE = 500;

/**
 * What follows a cancel once it is committed: who waits for the jobs' keys goes on, and workers are told of what runs. A running job keeps
 * its key until its attempt has ended. Never throws: a worker that was not told hears it at its next beat.
 */
export function afterCancel(
  jobs: CancelledJob[],
  ports: {
    dispatcher: Pick<Dispatcher, 'admit' | 'freed'>;
    broker: Pick<Broker, 'broadcast'>;
    /** Some workers were not told. */
    onUntold(error: unknown): void;
  },
): void {
  freeSlots(
    ports.dispatcher,
    jobs.filter((job) => !job.wasRunning),
  );
  const attempts = jobs.flatMap(({ id, run, epoch, incarnation, wasRunning }) =>
    wasRunning && incarnation !== null ? [{ incarnation, jobId: id, run, epoch }] : [],
  );
  for (let from = 0; from < attempts.length; from += ATTEMPTS_AT_ONCE) {
    const items = attempts.slice(from, from + ATTEMPTS_AT_ONCE);
    ports.broker.broadcast(TOPIC.attemptCancelled, attemptCancelled.encode({ items })).catch(ports.onUntold);
  }
}
