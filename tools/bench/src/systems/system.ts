import type { Target } from '../load/target.js';

/** What a measured system stores, looked at from outside, past its own API: the same way for all of them. */
export interface ResultStore {
  /** Jobs whose result is stored durably, since the start. */
  count(): Promise<number>;
  /** Which of these jobs have their result stored. Looked up by key; a fraction of a millisecond. */
  stored(ids: readonly string[]): Promise<string[]>;
  /** Throws unless exactly `jobs` jobs have succeeded, each with the right hashes, and nothing else is there. */
  check(jobs: number): Promise<void>;
}

/** Where a job's time goes, as its own timestamps tell; medians in ms over the jobs stored last. */
export interface Stages {
  insertedToClaimed: number;
  claimedToStored: number;
  inHandler: number;
}

/**
 * One system under measurement: HTTP in, worker, store. Each turn starts it anew on empty stores, so that neither what an
 * earlier turn left nor another idle system is measured with it.
 */
export interface System {
  readonly name: string;
  start(): Promise<void>;
  /** Ends only what `start` began. Also after a start that failed. */
  stop(): Promise<void>;
  readonly target: Target;
  readonly store: ResultStore;
  /** Its own processes by role: `http` and `worker` everywhere, `core` and `scheduler` where they are apart. */
  processes(): { role: string; pid: number }[];
  /** Its servers' processes; undefined if they cannot be seen. */
  serverPids(): number[] | undefined;
  /** Only where jobs have such timestamps. */
  stages?(jobs: number): Promise<Stages>;
}
