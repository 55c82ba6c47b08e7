import type { JobError, JobState } from './state.js';

/** RFC 9457 problem details. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** Stable, for programs: `<stage>.<specific>`. */
  code: string;
  detail: string;
  errors?: { path: string; message: string }[];
  retryAfterMs?: number;
  /** Of `read.result-not-ready`. */
  state?: JobState;
  /** Of `read.result-not-ready`: why the job failed. */
  error?: JobError;
}
