import type { Readable } from 'node:stream';

/** JSON Schema (draft 2020-12 subset that ajv compiles). */
export type JsonSchema = { readonly [key: string]: unknown };

/**
 * How long `retry` waits before attempt n+1: `fixed` always `delayMs`; `exponential` doubles from `delayMs` up to `maxDelayMs`.
 * Up to `jitter` (0–1) of the delay is random.
 */
export interface Backoff {
  kind: 'fixed' | 'exponential';
  delayMs: number;
  maxDelayMs?: number;
  jitter?: number;
}

export interface JobLimits {
  /** After this long the handler's `signal` aborts. Default 25 min. */
  softMs?: number;
  /** After this long the child's process group is killed by SIGKILL. Default 30 min. */
  hardMs?: number;
}

export interface JobRetry {
  /** Attempts in all, first included. Default 3. */
  maxAttempts?: number;
  backoff?: Backoff;
  /** Whether a kill at the hard limit is tried again. Default false: what ran too long once mostly does again. */
  onTimeout?: boolean;
}

/** A file of the platform inside a payload, as `POST /v1/files` answers it. */
export interface FileRef {
  id: string;
  name: string;
  size: number;
  contentType: string;
  sha256: string;
}

/** What a handler may use while it runs. */
export interface JobContext {
  readonly jobId: string;
  /** Attempt number, from 1. */
  readonly attempt: number;
  /** Aborts at the soft limit, on cancel and when the lease is lost. */
  readonly signal: AbortSignal;
  /** A directory of this attempt's own; removed afterwards. */
  readonly scratchDir: string;
  progress(percent: number, message?: string): void;
  log(message: string, level?: 'debug' | 'info' | 'warn' | 'error'): void;
  readonly files: JobFiles;
}

export interface JobFiles {
  /** Fetches an input file into the scratch directory and answers its path, checksum verified. Rejects when the id is not one of the job's tenant. */
  fetch(fileId: string): Promise<{ path: string; name: string; size: number; sha256: string }>;
  /** Stores an artifact of this attempt: a path, bytes or a stream. It becomes visible when the attempt succeeds. */
  put(name: string, content: string | Uint8Array | Readable, options?: { contentType?: string }): Promise<void>;
}

export interface JobDefinition<Payload = unknown, Result = unknown> {
  /** `family.kind` or one word: [a-z0-9-] segments joined by dots. */
  name: string;
  /** Raise it when payload or result change incompatibly. Default 1. */
  version?: number;
  payload: JsonSchema;
  result: JsonSchema;
  limits?: JobLimits;
  retry?: JobRetry;
  /**
   * `tiny`: microseconds to milliseconds; many share one child, one after the other, and travel packed.
   * `heavy` (default): one job per child process, a fresh child each time.
   */
  weight?: 'tiny' | 'heavy';
  /** How many of it one worker runs at a time unless told otherwise. Default: 1 heavy, 64 tiny. */
  slots?: number;
  /** Child's memory in MiB beyond which it is killed and recorded as `oom`. */
  memoryMb?: number;
  /** Programs that must be on PATH, such as `tesseract`. */
  tools?: string[];
  /** 'inline' runs it in the worker's own process: no kill, no memory limit, a blocked loop stops the worker's beats. Default 'child'. */
  isolation?: 'child' | 'inline';
  run(payload: Payload, context: JobContext): Promise<Result> | Result;
}

/** Thrown by a handler: the job fails for good, without another attempt. */
export class FailJob extends Error {
  override readonly name = 'FailJob';
  /** @param code stable word for programs, such as `cad.truncated` */
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** Thrown by a handler: try again, not before `delayMs` from now. Counts as an attempt. */
export class RetryJob extends Error {
  override readonly name = 'RetryJob';
  constructor(
    message: string,
    readonly delayMs: number,
  ) {
    super(message);
  }
}
