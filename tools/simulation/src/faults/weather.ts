/** How likely each thing goes wrong while the weather lasts, from 0 to 1. */
export interface Weather {
  /** The connection ends before the statement has run, */
  loseStatement: number;
  /** or after it has run, before its answer is there: an unknown commit. */
  loseAnswer: number;
  /** The answer takes long. */
  lateAnswer: number;
  /** What a statement did stays uncommitted for a while: others meet its locks, as they do among real sessions. */
  holdCommit: number;
  /** A job message that is confirmed and gone. */
  loseMessage: number;
  /** Messages and requests arrive up to five times, in any order. */
  repeatMessage: number;
  lateMessage: number;
  /** A request, or its answer, is gone: the caller waits for its timeout. */
  loseRequest: number;
}

export const CALM: Weather = {
  loseStatement: 0,
  loseAnswer: 0,
  lateAnswer: 0,
  holdCommit: 0,
  loseMessage: 0,
  repeatMessage: 0,
  lateMessage: 0,
  loseRequest: 0,
};
