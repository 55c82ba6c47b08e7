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

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How long a retry waits. Up to `jitter` (0–1) of the delay is random. */
export interface Backoff {
  kind: 'fixed' | 'exponential';
  delayMs: number;
  maxDelayMs?: number;
  jitter?: number;
}

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
}

export interface SubmittedJob {
  id: string;
  type: string;
  state: JobState;
}

export interface JobError {
  class: string;
  code?: string;
  message: string;
  stack?: string;
}

export interface JobProgress {
  percent: number;
  message?: string;
}

export interface Job<Payload = unknown> {
  id: string;
  type: string;
  typeVersion: number;
  state: JobState;
  /** Rises with each replay. */
  run: number;
  attempt: number;
  maxAttempts: number;
  releases: number;
  timeouts: number;
  priority: number;
  tags: string[];
  payload?: Payload;
  progress?: JobProgress;
  error?: JobError;
  outcome?: string;
  worker?: string;
  createdAt: string;
  runAt?: string;
  startedAt?: string;
  finishedAt?: string;
  hardMs: number;
}

/** One line of a job's history. */
export interface JobEvent {
  run: number;
  epoch: number;
  kind: string;
  /** Exactly one per run is. */
  terminal: boolean;
  at: string;
  worker?: string;
  error?: JobError;
}

export interface Artifact {
  name: string;
  size: number;
  sha256: string;
  contentType: string;
  /** Path of its content, relative to the service's root. */
  url: string;
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
  /** 1–100. */
  limit?: number;
  cursor?: string;
}

export interface FileInfo {
  id: string;
  name: string;
  contentType: string;
  size: number;
  /** Empty while `pending` unless it was declared. */
  sha256: string;
  /** `pending` until a direct upload has been completed. */
  state: 'pending' | 'stored';
  createdAt: string;
}

export interface BeginUploadRequest {
  name: string;
  contentType: string;
  size: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Where to send the bytes: `put` at once, or `multipart` in pieces of `partSize`. */
export interface Upload {
  id: string;
  expiresAt: string;
  put?: { url: string; headers: Record<string, string> };
  multipart?: { partSize: number; parts: { part: number; url: string }[] };
}

export interface CompleteUploadRequest {
  /** Of a multipart upload: the ETag header that the storage answered for each part. */
  parts?: { part: number; etag: string }[];
}

export type Scope = 'jobs:write' | 'jobs:read' | 'files:write' | 'files:read' | 'keys:admin' | 'admin';

export interface CreateApiKeyRequest {
  name: string;
  scopes: Scope[];
  expiresAt?: string;
}

export interface ApiKey {
  id: string;
  name: string;
  tenantId: string;
  scopes: string[];
  createdAt: string;
  expiresAt?: string;
  revokedAt?: string;
}

/** `key` is shown this once. */
export interface CreatedApiKey extends ApiKey {
  key: string;
}

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

const TERMINAL: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'cancelled', 'expired']);

/** Nothing follows this state unless somebody asks for a replay. */
export function isFinished(state: JobState): boolean {
  return TERMINAL.has(state);
}
