/**
 * The HTTP contract in types: what `/v1` takes and answers. The gateway's classes implement these, so neither side can drift.
 * Times are ISO 8601 in UTC, durations milliseconds, ids UUIDs.
 */
export type JobState =
  | 'blocked'
  | 'scheduled'
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'expired';

export interface JobError {
  class: string;
  code?: string;
  message: string;
  stack?: string;
}

const TERMINAL: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled', 'expired']);

/** Nothing follows this state unless somebody asks for a replay. */
export function isFinished(state: JobState): boolean {
  return TERMINAL.has(state);
}
