import type { BeatWorker } from '@windlass/contracts';
import { type Database, extendLeases, FlushQueue, registerWorkers, type WorkerRow } from '@windlass/store';

/** Beats of one flush, on the reserved pool. Answers the job ids that are no longer the sender's. */
export function beatQueue(db: Pick<Database, 'beats'>, leaseMs: number): FlushQueue<BeatWorker, string[]> {
  return new FlushQueue<BeatWorker, string[]>({
    maxItems: 200,
    maxWaiting: 10_000,
    keyOf: (beat) => beat.incarnation,
    flush: async (beats) => {
      // By epoch, not by job: a zombie's beat may share the flush with that of the job's new holder.
      const present = beats.flatMap((beat): WorkerRow[] =>
        beat.presence ? [{ ...beat.presence, name: beat.worker, incarnation: beat.incarnation }] : [],
      );
      const attempts = beats.flatMap((beat) => beat.attempts);
      const [current] = await Promise.all([
        attempts.length > 0 ? extendLeases(db.beats, attempts, leaseMs) : new Map<string, number>(),
        present.length > 0 ? registerWorkers(db.beats, present) : undefined,
      ]);
      return beats.map((beat) =>
        beat.attempts.filter((each) => current.get(each.jobId) !== each.epoch).map((each) => each.jobId),
      );
    },
  });
}
