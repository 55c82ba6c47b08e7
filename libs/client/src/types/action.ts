import type { JobState } from './state.js';

export type ActionKind = 'replay' | 'purge' | 'cancel';

/** Which jobs: all that match every field that is there, and one has to be. A purge takes finished jobs, a cancel unfinished ones. */
export interface ActionFilter {
  state?: JobState;
  type?: string;
  queue?: string;
  tag?: string;
  /** Of the last attempt: `timed-out`, `lost` … */
  outcome?: string;
  createdAfter?: string;
  createdBefore?: string;
}

export interface BeginActionRequest {
  action: ActionKind;
  filter: ActionFilter;
  /** 1–100,000. */
  maxJobs?: number;
}

/** A bulk action: runs in the background, newest jobs first, those that existed when it was made. */
export interface Action {
  id: string;
  action: ActionKind;
  filter: ActionFilter;
  /** `bounded`: it reached `maxJobs` with more left. */
  state: 'running' | 'done' | 'bounded' | 'stopped';
  maxJobs: number;
  /** Jobs that matched so far, and of these how many it changed; the rest had moved on meanwhile. */
  matched: number;
  changed: number;
  /** Subject of the token. */
  actor: string;
  createdAt: string;
  finishedAt?: string;
}
