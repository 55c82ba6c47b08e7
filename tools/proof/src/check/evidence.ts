import type { Change, History } from '../history.js';
import type { WorkerFaults } from './fault-spans.js';
import type { Row } from './row-values.js';

/** One grant of a job to a worker: an epoch. */
export interface Claim {
  seq: number;
  run: number;
  epoch: number;
  attempt: number;
  maxAttempts: number;
  token: string | undefined;
  worker: string | undefined;
  machine: string | undefined;
  /** By the database's clock, as the claim itself stamped it. */
  atMs: number;
  leaseUntilMs: number | undefined;
  end?: AttemptEnd;
}

export interface AttemptEnd {
  /**
   * `released` (before its start), an outcome such as `failed`, `aborted`, `lost`, `succeeded`, `cancelled`; `unknown`: no event and no
   * history row says.
   */
  how: string;
  /** Of the job's row, by which the attempt lost it. */
  change: Change;
  /** When the event or the history row that says so was stamped. */
  stampedMs?: number;
}

/** One handler run, as the sink has it. */
export interface HandlerRun {
  runId: string;
  attempt: number;
  worker: string;
  /** Places among all lines of the sink: the order of time. */
  startLine: number;
  endLine?: number;
  plan?: string;
  startMs: number;
  /** The claim that it belongs to; `certain`: the row's own witnesses say so, or there is no other. */
  claim?: Claim;
  certain: boolean;
}

/** All that is known about one job. */
export interface Story {
  id: string;
  /** In the order of the triggers. */
  changes: Change[];
  claims: Claim[];
  runs: HandlerRun[];
  /** Epochs under which a handler run's id was written, by whom. */
  written: Map<string, { epoch: number; by: Change['table']; seq: number }[]>;
  hot: Row | undefined;
  history: Row[];
  events: Row[];
  artifacts: Row[];
  /** Its history was taken away by a purge: nothing can be asked of its final rows. */
  purged: boolean;
}

/** What every rule judges by. */
export interface Evidence {
  history: History;
  stories: Map<string, Story>;
  workerFaults: WorkerFaults;
}
