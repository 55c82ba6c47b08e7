import type { JobEvent } from './job.js';
import type { JobState } from './state.js';
import type { Backoff } from './submit.js';

export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/** A list without pages. */
export interface Items<T> {
  items: T[];
}

export interface ListJobsQuery {
  type?: string;
  state?: JobState;
  tag?: string;
  queue?: string;
  /** 1–100. */
  limit?: number;
  cursor?: string;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  run: number;
  epoch: number;
  /** From 1 within the attempt. */
  seq: number;
  at: string;
  level: LogLevel;
  /** `handler`, `stdout` or `stderr`. */
  source: string;
  message: string;
}

/** Oldest first. */
export interface ReadLogsQuery {
  /** Place of a line, `run.epoch.seq`: only those behind it. */
  after?: string;
  /** This one and graver. */
  level?: LogLevel;
  /** 1–1,000. */
  limit?: number;
}

export interface LogPage {
  items: LogLine[];
  /** `after` of the next page. Absent on the last one. */
  nextAfter?: string;
  /** The job is: behind the last page nothing follows. */
  finished: boolean;
}

export interface ReadEventsQuery {
  /** Place of an event, `run.epoch.rank`: only those behind it. */
  after?: string;
  /** 1–1,000. */
  limit?: number;
}

export interface EventPage {
  items: JobEvent[];
  /** `after` of the next page. Absent on the last one. */
  nextAfter?: string;
  /** The job is: behind the last page nothing follows. */
  finished: boolean;
}

export interface JobType {
  name: string;
  version: number;
  /** JSON Schema. */
  payloadSchema: Record<string, unknown>;
  /** JSON Schema. */
  resultSchema: Record<string, unknown>;
  softMs: number;
  hardMs: number;
  maxAttempts: number;
  backoff: Backoff;
  retryTimeout: boolean;
  weight: 'tiny' | 'heavy';
  memoryMb?: number;
  tools: string[];
  /** A worker runs it now. */
  live: boolean;
}
