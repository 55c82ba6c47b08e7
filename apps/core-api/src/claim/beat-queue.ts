import type { AttemptRef, BeatWorker } from '@windlass/contracts';
import {
  type Database,
  extendLeases,
  extendStopping,
  FlushQueue,
  registerWorkers,
  type WorkerRow,
} from '@windlass/store';

export interface BeatAnswer {
  /** Jobs whose attempt is no longer the sender's. */
  fenced: string[];
  /** Jobs that were cancelled while the sender runs them. */
  cancelled: string[];
}

/** By epoch, not by job: a zombie's beat may share the flush with that of the job's new holder. */
const placeOf = (jobId: string, epoch: number): string => `${jobId} ${epoch}`;

/** Beats of one flush, on the reserved pool. Only when one misses its lease is there a second look. */
export function beatQueue(db: Pick<Database, 'beats'>, leaseMs: number): FlushQueue<BeatWorker, BeatAnswer> {
  return new FlushQueue<BeatWorker, BeatAnswer>({
    maxItems: 200,
    maxWaiting: 10_000,
    keyOf: (beat) => beat.incarnation,
    flush: async (beats) => {
      const present = beats.flatMap((beat): WorkerRow[] =>
        beat.presence ? [{ ...beat.presence, name: beat.worker, incarnation: beat.incarnation }] : [],
      );
      const attempts = beats.flatMap((beat) => beat.attempts);
      const [current] = await Promise.all([
        attempts.length > 0 ? extendLeases(db.beats, attempts, leaseMs) : new Map<string, number>(),
        present.length > 0 ? registerWorkers(db.beats, present) : undefined,
      ]);
      const isCurrent = (each: AttemptRef) => current.get(each.jobId) === each.epoch;
      const missing = attempts.filter((each) => !isCurrent(each));
      const stopping = missing.length > 0 ? await extendStopping(db.beats, missing, leaseMs) : [];
      const isStopping = new Set(stopping.map((row) => placeOf(row.id, row.epoch)));
      return beats.map((beat) => {
        const gone = beat.attempts.filter((each) => !isCurrent(each));
        const [cancelled, fenced] = [true, false].map((yes) =>
          gone.filter((each) => isStopping.has(placeOf(each.jobId, each.epoch)) === yes).map((each) => each.jobId),
        );
        return { fenced: fenced ?? [], cancelled: cancelled ?? [] };
      });
    },
  });
}
