import type { Target } from './target.js';

/** bench → load process. */
export interface LoadOrder {
  target: Target;
  connections: number;
  /** Number of the first job. */
  from: number;
  count: number;
  /** The run is given up after this long. */
  deadlineMs: number;
}

/** load process → bench. Times are ns of CLOCK_MONOTONIC, which all processes of a machine share. */
export interface LoadReport {
  startedNs: string;
  endedNs: string;
  accepted: number;
  /** Why it ended early: the first failure, as a benchmark with refused jobs measures something else. */
  failure?: string;
}
