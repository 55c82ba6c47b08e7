import type { Readable } from 'node:stream';
import { checkDefinition } from './check-definition.js';

/** JSON Schema (draft 2020-12 subset that ajv compiles). */
export type JsonSchema = { readonly [key: string]: unknown };

/**
 * How long `retry` waits before attempt n+1: `fixed` always `delayMs`; `exponential` doubles from `delayMs` up to `maxDelayMs`;
 * `list` takes one of `delaysMs` (1 to 100) after the other, the last one for all further ones. A delay is a day at most. Up to
 * `jitter` (0–1) of it is random.
 */
export type Backoff =
  | { kind: 'fixed' | 'exponential'; delayMs: number; maxDelayMs?: number; jitter?: number }
  | { kind: 'list'; delaysMs: number[]; jitter?: number };

export interface JobLimits {
  /** This long after the start the handler's `signal` aborts. Default: five sixths of `hardMs`. Must be below `hardMs`. */
  softMs?: number;
  /** This long after the start the child's process group is killed by SIGKILL. Default 30 min. */
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
  /**
   * Aborts at the soft limit, on cancel and when the lease is lost; `signal.reason.name` is then `SoftLimit`, `Cancelled`
   * or `LeaseLost`. Pass it on to fetch and spawn. Who ignores it is killed at the hard limit.
   */
  readonly signal: AbortSignal;
  /** A directory of this attempt's own, made at first use; removed afterwards. */
  readonly scratchDir: string;
  /**
   * 0–100, a line of text (1 KiB) and the step that it is in (100 characters), such as `meshing`. Ten a second go out; of what
   * comes faster the latest wins, as a whole.
   */
  progress(percent: number, message?: string, phase?: string): void;
  /** At most 1,000 lines of 4 KiB an attempt, together with what the process prints. They can be read with the job. */
  log(message: string, level?: 'debug' | 'info' | 'warn' | 'error'): void;
  readonly files: JobFiles;
  /**
   * Ends the attempt by throwing `RetryJob`: the next one starts after `delay` (ms, or text such as `30s`, `5m`, `2h`; a year at
   * most), if an attempt is left. Written as `return retryAfter(…)` TypeScript knows, too, that nothing comes behind it. `code` is
   * that of the attempt's error: a stable word for programs, such as `api.rate-limited`.
   */
  retryAfter(delay: number | string, message?: string, code?: string): never;
  /** Ends the job by throwing `FailJob`: failed for good. `code` as above. */
  fail(message: string, code?: string): never;
  /** Ends the job by throwing `CancelJob`: it is `cancelled`, with the message as its reason. */
  cancel(message?: string): never;
}

export interface JobFiles {
  /** Fetches an input file into the scratch directory and answers its path, checksum verified. Rejects when the id is not one of the job's tenant. */
  fetch(fileId: string): Promise<{ path: string; name: string; size: number; sha256: string }>;
  /**
   * Stores an artifact of this attempt. A string is a path (relative to `scratchDir`), not content: for text pass
   * `Buffer.from(text)`. It becomes visible when the attempt succeeds.
   */
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
  /**
   * Resident memory in MiB, child and its own children together, beyond which it is killed and recorded as `oom` (at
   * least 64; Linux). Also V8's heap limit. A tiny type's limit is its shared child's.
   */
  memoryMb?: number;
  /** Programs that must be on PATH, such as `tesseract`. */
  tools?: string[];
  /** 'inline' runs it in the worker's own process: no kill, no memory limit, a blocked loop stops the worker's beats. Default 'child'. */
  isolation?: 'child' | 'inline';
  run(payload: Payload, context: JobContext): Promise<Result> | Result;
}

/**
 * Declares a job type. A handler package's default export is one definition or an array of them.
 * Nothing is filled in: what is left out stays out, and the worker applies the documented default.
 * @returns a frozen copy
 * @throws TypeError that names every fault of the definition at once
 */
export function defineJob<Payload = unknown, Result = unknown>(
  definition: JobDefinition<Payload, Result>,
): Readonly<JobDefinition<Payload, Result>> {
  checkDefinition(definition);
  const copy: JobDefinition<Payload, Result> = { ...definition };
  copy.payload = frozenCopy(definition.payload);
  copy.result = frozenCopy(definition.result);
  if (definition.limits) copy.limits = frozenCopy(definition.limits);
  if (definition.retry) copy.retry = frozenCopy(definition.retry);
  if (definition.tools) copy.tools = frozenCopy(definition.tools);
  return Object.freeze(copy);
}

function frozenCopy<T>(value: T): T {
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null || Object.isFrozen(part)) return;
    Object.freeze(part);
    for (const child of Object.values(part)) freeze(child);
  };
  const copy = structuredClone(value);
  freeze(copy);
  return copy;
}
