/** Beyond the TTL: a follower's look, which comes three times within a renewal. */
export const GOAL_BEYOND_TTL_MS = 2_000;

/** Times since the kill; undefined when it did not happen while it was waited for. */
export interface LeaderKill {
  ledMs?: number;
  /** A job that fell due after the kill has begun in its handler. */
  dispatchedMs?: number;
  /** It had begun already: the machine was too slow, and this kill shows nothing of dispatch. */
  dispatchedBefore?: boolean;
}

export interface LeaderPause {
  /** From SIGSTOP until another led; undefined: not within the pause. */
  ledMs?: number;
  /** Jobs that the paused leader's own statement moved with its old term, while some were due. It must be 0. */
  movedByOldTerm: number;
  /** Writes of a scheduler that did not lead, by the database's own triggers (H8). */
  staleWrites: number;
  /** Jobs that the new leader moved meanwhile: without any the zeroes above say nothing. */
  movedByNewLeader: number;
  /** The old leader's log says that it leads no more. */
  stepsDown: boolean;
}
