import type { JobError, JobState } from './state.js';
import type { Backoff, Retention } from './submit.js';

export interface JobProgress {
  percent: number;
  message?: string;
  /** The step that the handler is in, such as `meshing`. */
  phase?: string;
}

/** In beanstalkd's words: claims, attempts that hit a time limit, retries, runs that failed, replays. */
export interface JobCounters {
  reserves: number;
  timeouts: number;
  releases: number;
  buries: number;
  kicks: number;
}

/** One reason why a job does not run. */
export type WaitingFor =
  /** `retry`: the backoff after a failed attempt. */
  | { kind: 'delay' | 'retry'; until: string }
  | { kind: 'parents' }
  | { kind: 'queue-paused'; queue: string; since: string }
  /** `knownVersions`: what living workers run of this type; empty when none does. */
  | { kind: 'no-worker'; type: string; version: number; knownVersions: number[] }
  | { kind: 'queue-limit'; queue: string; limit: number; running: number }
  /** `holders`: at most ten jobs of the tenant that have the key now. */
  | { kind: 'concurrency-key'; key: string; limit: number; holders: string[] }
  /** `ahead` jobs of its type and queue go first; counted up to 1,000. `slots`: of living workers, busy or not. */
  | { kind: 'backlog'; ahead: number; slots: number };

export interface Job<Payload = unknown> {
  id: string;
  type: string;
  typeVersion: number;
  queue: string;
  state: JobState;
  /** Rises with each replay. */
  run: number;
  /** Claims over all runs. */
  epoch: number;
  /** Of this run. */
  attempt: number;
  maxAttempts: number;
  /** Claims that a worker gave back before they began, in this run. */
  releases: number;
  /** Over all runs: attempts that ended at a time limit. */
  timeouts: number;
  /** Over all runs: attempts that were tried again. */
  retries: number;
  /** Over all runs: those that ended `failed`. */
  buries: number;
  counters: JobCounters;
  priority: number;
  tags: string[];
  /** Not in lists. */
  payload?: Payload;
  progress?: JobProgress;
  error?: JobError;
  /** How the last attempt ended, such as `timed-out`. */
  outcome?: string;
  worker?: string;
  machine?: string;
  /** Cancelled, and its attempt has not ended yet. */
  stopping?: boolean;
  /** Why it was cancelled. */
  reason?: string;
  createdAt: string;
  runAt?: string;
  startedAt?: string;
  finishedAt?: string;
  /** It expires unless it has started by then. */
  expiresAt?: string;
  softMs: number;
  hardMs: number;
  /** Of a running job: until the hard limit. */
  timeLeftMs?: number;
  backoff: Backoff;
  retention: Retention;
  dedupeKey?: string;
  concurrencyKey?: string;
  concurrencyLimit?: number;
  /** Of an unfinished job that does not run, in the order in which they have to pass. Only when it is read alone and without a wait. */
  waitingFor?: WaitingFor[];
}

/** One line of a job's history. */
export interface JobEvent {
  run: number;
  epoch: number;
  /** Its place within run and epoch: `submitted` and `replayed` 0, `started` 1, the end of an attempt 2, the terminal event 3. */
  rank: number;
  /** `submitted`, `started`, `attempt-<outcome>`, `replayed`, or the terminal state. */
  kind: string;
  /** Exactly one per run is. */
  terminal: boolean;
  at: string;
  worker?: string;
  machine?: string;
  /** Who asked for it (cancel, replay). */
  actor?: string;
  /** Why, where the kind does not say it. */
  reason?: string;
  error?: JobError;
}

export interface CancelJobRequest {
  /** At most 500 characters. */
  reason?: string;
}

/** `stopping`: its attempt still runs and ends in a moment; the job is cancelled already. */
export interface CancelledJob {
  id: string;
  state: JobState;
  stopping: boolean;
}

export interface ReplayedJob {
  id: string;
  run: number;
  state: JobState;
}
