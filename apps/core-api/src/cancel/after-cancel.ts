import { afterCancel as goOnAfterCancel } from '@windlass/dispatch';
import { messageOf } from '@windlass/faults';
import type { CancelledJob } from '@windlass/store';
import type { CorePorts } from '../core-ports.js';

/** What follows a cancel in core once it is committed: who waits for the jobs is woken, and all that follows everywhere. Never throws. */
export function afterCancel(
  jobs: CancelledJob[],
  ports: Pick<CorePorts, 'broker' | 'db' | 'dispatcher' | 'logger'> & { finished(ids: Iterable<string>): void },
): void {
  if (jobs.length === 0) return;
  const { broker, dispatcher, logger } = ports;
  ports.finished(jobs.map((job) => job.id));
  goOnAfterCancel(jobs, {
    broker,
    dispatcher,
    onUntold: (error) =>
      logger.warn({ operation: 'cancel', error }, `workers were not told now, their beats will: ${messageOf(error)}`),
  });
}
