import type { AbortCause, FetchedFile, FileRequest, LogLevel, LogSource, ToldProgress } from './attempt-context.js';
import type { HandlerError } from './describe-error.js';
import type { FileRefusal } from './file-refusal.js';
import type { Verdict } from './perform-attempt.js';

/**
 * What runner and child say to each other. JSON, one message per line on Node's own channel: with payloads of a few
 * hundred bytes it is a quarter cheaper than 'advanced' serialization. Both sides are always of one build.
 *
 * Order: load · jobs* → loaded (or load-failed) · (log | progress | file)* · done*. `seq` numbers the attempts of one child.
 */
export type ToChild =
  | { t: 'load'; module: string; exportIndex: number; title: string; ownScratch: boolean }
  | { t: 'jobs'; jobs: WireJob[] }
  | { t: 'abort'; seq: number; cause: AbortCause }
  | { t: 'release'; seq: number }
  | { t: 'file-done'; id: number; file?: FetchedFile; error?: FileRefusal };

export interface WireJob {
  seq: number;
  jobId: string;
  attempt: number;
  payload: string;
  scratchDir: string;
}

export type FromChild =
  | { t: 'loaded' }
  | { t: 'load-failed'; error: HandlerError }
  | { t: 'done'; list: WireVerdict[]; peakRssBytes: number }
  | { t: 'released'; seq: number; ok: boolean }
  | { t: 'log'; seq: number; level: LogLevel; message: string; source: LogSource }
  | { t: 'progress'; seq: number; progress: ToldProgress }
  | { t: 'file'; id: number; seq: number; request: FileRequest };

export interface WireVerdict {
  seq: number;
  startedAtMs: number;
  durationMs: number;
  usedScratch: boolean;
  verdict: Verdict;
}
