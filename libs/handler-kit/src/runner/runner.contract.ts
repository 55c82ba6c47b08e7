import type { FetchedFile, FileRequest, LogLevel, LogSource, ToldProgress } from '../attempt-context.js';
import type { HandlerError } from '../describe-error.js';
import type { RetryWish } from '../end-job.js';
import type { LoadedHandler } from '../load-handlers.js';
import type { RunnerClock } from '../system-clock.js';

export type { RunnerClock };

export interface RunnerOptions {
  handlers: readonly LoadedHandler[];
  /** Made if missing. The runner works in its own directory below and removes those of dead workers of this host. */
  scratchRoot: string;
  /** Default: the system's. */
  clock?: RunnerClock;
  /** Idle children forked ahead for heavy types, so that a job does not wait 65 ms for one. Default 1. */
  heavySpare?: number;
  /** Heavy attempts that run at once; what is above waits inside. Default 16. */
  maxChildren?: number;
  /** For a child's start and its module's import, which do not count against `hardMs`. Default 60 s: a large WASM on a busy host. */
  bootTimeoutMs?: number;
  /** How often memory is looked at. Default 250; Linux only. */
  memoryPollMs?: number;
  /** Added to PATH, HOME, LANG, TZ and TMPDIR. Nothing else of the worker's environment reaches a handler. */
  childEnv?: Readonly<Record<string, string>>;
  events: RunnerEvents;
}

export interface AttemptInput {
  /** The caller's name for it, unique among the attempts that have no outcome yet. */
  key: string;
  type: string;
  version: number;
  jobId: string;
  attempt: number;
  /** JSON text. Parsed in the child only. */
  payload: string;
  softMs: number;
  hardMs: number;
  /** Replaces the definition's. */
  memoryMb?: number;
}

export interface RunnerEvents {
  /** Exactly once for each attempt, unless release() or stop() gave it back. */
  onOutcome(key: string, outcome: Outcome): void;
  onProgress(key: string, progress: ToldProgress): void;
  /** Without a key: printed in a shared child where no attempt can be held to it. It is nobody's, so only the operator may see it. */
  onLog(key: string | undefined, level: LogLevel, message: string, source: LogSource): void;
  /** Done by the worker, since a child holds no credentials. `signal` aborts once the attempt has ended. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a put answers nothing.
  onFileRequest(key: string, request: FileRequest, signal: AbortSignal): Promise<FetchedFile | void>;
  onChild?(event: ChildEvent): void;
}

export interface ChildEvent {
  kind: 'started' | 'ended';
  pid: number;
  /** `spare` or the job type. */
  use: string;
  reason?: string;
}

export interface OutcomeTimes {
  /** Wall clock. */
  startedAtMs: number;
  durationMs: number;
  /** Of a tiny attempt: the high-water mark of the child it shared. */
  peakRssBytes?: number;
}

export type Outcome = OutcomeTimes &
  (
    | { kind: 'succeeded'; result: string }
    | { kind: 'failed'; error: HandlerError; retry: RetryWish }
    /** The handler said so: the job ends with it. */
    | { kind: 'cancelled'; error: HandlerError }
    | { kind: 'timed-out' }
    | { kind: 'crashed'; detail: string }
    | { kind: 'oom'; detail: string }
    | { kind: 'aborted' }
  );

export interface Runner {
  /**
   * Takes attempts; those of one tiny type travel in one message.
   * @throws Error, having taken none: unknown type and version, key in use, drained or stopped
   */
  run(attempts: readonly AttemptInput[]): void;
  /**
   * Aborts the handler's signal, and kills its group when it has not ended `graceMs` later. What has not started ends as
   * `aborted` without a run. An unknown key is ignored.
   */
  cancel(key: string, graceMs: number, cause?: 'cancelled' | 'lease-lost'): void;
  /** Takes back an attempt: true means it has not started, never will, and has no outcome. */
  release(key: string): Promise<boolean>;
  /** Takes no more; resolves when every attempt has its outcome. */
  drain(): Promise<void>;
  /** Kills all groups. What had started ends as `aborted`; answers the keys of what had not (no outcome for these). */
  stop(): Promise<{ unstarted: string[] }>;
  /** Forks the spares and each tiny type's child ahead. */
  warm(): Promise<void>;
  stats(): { running: number; waiting: number; children: number; spares: number };
  /** Attempts without an outcome. */
  keys(): string[];
}

/** Omit that keeps a union a union. */
export type Ending = Outcome extends infer Each
  ? Each extends Outcome
    ? Omit<Each, keyof OutcomeTimes>
    : never
  : never;
