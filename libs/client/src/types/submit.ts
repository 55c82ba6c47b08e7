import type { Problem } from './problem.js';
import type { JobState } from './state.js';

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Whole milliseconds, or a whole number with a unit: `500ms`, `90s`, `5m`, `2h`, `7d`. At most 366 days. */
export type Duration = number | string;

/** How long a retry waits. Up to `jitter` (0–1) of the delay is random. */
export interface GrowingBackoff {
  kind: 'fixed' | 'exponential';
  delayMs: number;
  maxDelayMs?: number;
  jitter?: number;
}

/** One delay for each retry, at most 100; the last one serves for all further ones. */
export interface ListBackoff {
  kind: 'list';
  delaysMs: number[];
  jitter?: number;
}

export type Backoff = GrowingBackoff | ListBackoff;

/** 9, 6, 3 and 1. */
export type PriorityName = 'critical' | 'high' | 'normal' | 'low';

/** How long a finished job is kept: as the installation is set, by default 7, 30 and 365 days. */
export type Retention = 'short' | 'standard' | 'long';

/** What happens when an unfinished job of the tenant has the dedupe key already. */
export type OnDuplicate =
  /** The submission fails with 409 `submit.duplicate`. */
  | 'reject'
  /** The answer is the job that has it. */
  | 'return'
  /** The job that has it is cancelled, running or not, at the moment when the new one is made. */
  | 'replace';

/** What is left out comes from the job type. */
export interface SubmitJobRequest<Payload = unknown> {
  type: string;
  payload: Payload;
  /** At most 16, each at most 64 characters. */
  tags?: string[];
  /** First attempt included. */
  maxAttempts?: number;
  backoff?: Backoff;
  /** After this long the handler is asked to stop. */
  softMs?: number;
  /** After this long its process group is killed. */
  hardMs?: number;
  /** Default: the type's own. Others are made by `PUT /v1/queues/{name}`. */
  queue?: string;
  /** Does not start before; counted from the commit. Not together with `runAt`. */
  delay?: Duration;
  /** Does not start before this moment: ISO 8601 with a zone, at most 366 days ahead. One that has passed means now. */
  runAt?: string;
  /** Expires unless it has started by then; counted from the commit. Longer than the delay. */
  ttl?: Duration;
  /** 0–9, 9 first, or a name. */
  priority?: number | PriorityName;
  /** 1–255 printable characters. At most one unfinished job of the tenant has it. */
  dedupeKey?: string;
  /** Default `reject`. Needs `dedupeKey`. */
  onDuplicate?: OnDuplicate;
  /** 1–255 printable characters. Jobs of the tenant with the same key run at most `concurrencyLimit` at a time, over all queues and types. */
  concurrencyKey?: string;
  /** 1–10,000, default 1. Needs `concurrencyKey`. */
  concurrencyLimit?: number;
  /** Default `standard`. */
  retention?: Retention;
}

export interface SubmittedJob {
  id: string;
  type: string;
  state: JobState;
  /** The dedupe key was taken, and this is the job that has it. */
  duplicate?: boolean;
}

/** One submission of a batch. */
export interface BatchItem<Payload = unknown> extends SubmitJobRequest<Payload> {
  /** Default: `<the batch's key>/<index>`, if the batch has one. */
  idempotencyKey?: string;
}

export interface SubmitBatchRequest {
  /** 1–1,000; the body at most 4 MiB. */
  jobs: BatchItem[];
}

/** Committed. */
export interface AcceptedItem extends SubmittedJob {
  status: 202;
  /** An earlier submission with this idempotency key made it. */
  replayed?: boolean;
}

/** Not accepted, by itself: the others of its batch are. Paths in its errors begin with `/jobs/<index>`. */
export interface RefusedItem {
  /** What the submission would have got alone. */
  status: number;
  problem: Problem;
}

export type BatchItemResult = AcceptedItem | RefusedItem;

/** In the order of the submissions. */
export interface BatchAnswer {
  items: BatchItemResult[];
}
