import type { Runtime } from '@windlass/clock';
import type { Dispatcher, TypeWeights } from '@windlass/dispatch';
import { messageOf } from '@windlass/faults';
import type { Logger } from '@windlass/service-kit';
import { type Database, type Lane, type LeaderTerm, listLanes, promoteDue, untilNextDue } from '@windlass/store';

/** One statement promotes this many; a flood of due jobs takes several rounds, bounded so that other lanes get their turn. */
const PROMOTE_AT_ONCE = 1_000;
const MAX_ROUNDS = 20;
/** Delayed jobs may be due every few ms. What was lost on the way is looked for in all lanes no more often than this. */
const ALL_LANES_MS = 1_000;
/** So many in one turn, and it is rather the database than the lanes: each of them may take as long as a statement is given. */
const MAX_FAILED = 5;

interface Ports {
  db: Database;
  dispatcher: Pick<Dispatcher, 'admit' | 'refill'>;
  weights: Pick<TypeWeights, 'refresh'>;
  runtime: Pick<Runtime, 'monotonicMs'>;
  logger: Pick<Logger, 'warn'>;
}

/**
 * Moves what is due to its queue and refills the lanes that got some of it; once a second every lane that has something queued:
 * whatever the fast path, a broker or a core has lost is handed over again here.
 */
export class DueDispatch {
  private allLanesMs = Number.NEGATIVE_INFINITY;
  /** Lanes whose last refill failed. */
  private failed = new Set<string>();

  constructor(private readonly ports: Ports) {}

  /** Answers the ms until the next turn is wanted. A lane that cannot be refilled is logged and keeps no other waiting. */
  async turn(term: LeaderTerm): Promise<number> {
    const { db, weights, runtime } = this.ports;
    const promoted = await this.promote(term);
    await weights.refresh();
    if (runtime.monotonicMs() - this.allLanesMs < ALL_LANES_MS) await this.refill(promoted);
    else {
      const lanes = await listLanes(db.engine);
      this.failed = new Set(lanes.map(keyOf).filter((key) => this.failed.has(key)));
      await this.refill(lanes);
      this.allLanesMs = runtime.monotonicMs();
    }
    const dueMs = (await untilNextDue(db.engine)) ?? ALL_LANES_MS;
    return Math.min(dueMs, this.allLanesMs + ALL_LANES_MS - runtime.monotonicMs());
  }

  private async promote(term: LeaderTerm): Promise<Lane[]> {
    const { db, dispatcher } = this.ports;
    const promoted = new Map<string, Lane>();
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { count, keys, lanes } = await promoteDue(db.engine, term, PROMOTE_AT_ONCE);
      for (const lane of lanes) promoted.set(keyOf(lane), lane);
      await dispatcher.admit(keys);
      if (count < PROMOTE_AT_ONCE) break;
    }
    return [...promoted.values()];
  }

  /** Those that failed before come last: they take time from each other only. */
  private async refill(lanes: Lane[]): Promise<void> {
    const isBad = (lane: Lane) => this.failed.has(keyOf(lane));
    const ordered = [...lanes.filter((lane) => !isBad(lane)), ...lanes.filter(isBad)];
    let failures = 0;
    for (const lane of ordered) {
      try {
        await this.ports.dispatcher.refill(lane);
        this.failed.delete(keyOf(lane));
      } catch (error) {
        this.failed.add(keyOf(lane));
        this.ports.logger.warn(
          { operation: 'dispatch', queue: lane.queue, type: lane.type, error },
          `a lane was not refilled, its turn comes again: ${messageOf(error)}`,
        );
        failures += 1;
        if (failures === MAX_FAILED) return;
      }
    }
  }
}

const keyOf = ({ queue, type }: Lane): string => `${queue}\n${type}`;
