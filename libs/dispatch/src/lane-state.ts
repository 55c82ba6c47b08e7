import type { Timer } from '@windlass/clock';
import type { Lane } from '@windlass/store';

/** What one process knows of a lane. All of it is a hint that may be lost: PostgreSQL has the truth. */
export interface LaneState {
  readonly lane: Lane;
  /** New jobs that may be handed over straight after their commit. */
  credit: number;
  creditUntilMs: number;
  /** Unmarked jobs wait in PostgreSQL: nothing may overtake them. */
  backlog: boolean;
  /** As the last refill saw it: how many more may run in a queue that is paused or has a limit. Null in any other. */
  room: number | null;
  /** Committed with their mark, not yet published. */
  pending: string[];
  pendingTimer: Timer | undefined;
  lastSentMs: number;
  /** Published and not heard to have ended; an estimate, for pacing only. */
  unfinished: number;
  refilling: boolean;
  refillAgain: boolean;
  refillTimer: Timer | undefined;
  lastRefillMs: number;
}

export function newLaneState(lane: Lane): LaneState {
  return {
    lane,
    credit: 0,
    creditUntilMs: Number.NEGATIVE_INFINITY,
    backlog: false,
    room: null,
    pending: [],
    pendingTimer: undefined,
    lastSentMs: Number.NEGATIVE_INFINITY,
    unfinished: 0,
    refilling: false,
    refillAgain: false,
    refillTimer: undefined,
    lastRefillMs: Number.NEGATIVE_INFINITY,
  };
}
