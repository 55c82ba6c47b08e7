import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JobContext, JobFiles } from './define-job.js';
import { CancelJob, delayMsOf, FailJob, RetryJob } from './end-job.js';
import { MAX_MESSAGE_BYTES, storableText } from './storable-text.js';
import { type RunnerClock, systemClock } from './system-clock.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Where a line comes from: the context's `log`, or what the process prints. */
export type LogSource = 'handler' | 'stdout' | 'stderr';
/** What a handler told of its progress, all of it at once. */
export interface ToldProgress {
  percent: number;
  message?: string;
  phase?: string;
}
export type AbortCause = 'soft-limit' | 'cancelled' | 'lease-lost';
export type FileRequest =
  | { kind: 'fetch'; fileId: string; scratchDir: string }
  | { kind: 'put'; name: string; path: string; contentType?: string };
export interface FetchedFile {
  path: string;
  name: string;
  size: number;
  sha256: string;
}

/** Where a context's calls go: over IPC in a child, straight to the runner's events for an inline handler. */
export interface ContextSink {
  progress(progress: ToldProgress): void;
  log(level: LogLevel, message: string, source: LogSource): void;
  file(request: FileRequest): Promise<FetchedFile | undefined>;
}

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];
const MAX_PROGRESS_BYTES = 1024;
const MAX_PHASE_CHARACTERS = 100;
/** Ten a second are plenty for a bar; a handler may call progress for every row. */
const PROGRESS_EVERY_MS = 100;
export const MAX_LOG_LINES = 1_000;
/** File operations of one attempt under way at once: more would only queue in the parent. */
const MAX_FILE_REQUESTS = 32;

const REASONS: Record<AbortCause, [name: string, message: string]> = {
  'soft-limit': ['SoftLimit', 'The soft time limit has passed.'],
  cancelled: ['Cancelled', 'The job was cancelled.'],
  'lease-lost': ['LeaseLost', 'The lease of this attempt was lost: its result would be refused.'],
};

/**
 * What a handler holds while it runs. All that costs something (signal, directory, files) is made at first use, since a
 * tiny job mostly uses none of it. Methods are bound: handlers take the context apart.
 */
export class AttemptContext implements JobContext {
  abortedBy: AbortCause | undefined;
  usedScratch = false;
  private controller: AbortController | undefined;
  private filesPort: JobFiles | undefined;
  private logLines = 0;
  /** Lines that were begun and not ended yet. */
  private printed: Map<'stdout' | 'stderr', string> | undefined;
  private lastProgressMs = -Infinity;
  private heldProgress: { told: ToldProgress; timer: { cancel(): void } } | undefined;

  constructor(
    readonly jobId: string,
    readonly attempt: number,
    private readonly scratchPath: string,
    private readonly sink: ContextSink,
    private readonly clock: Pick<RunnerClock, 'monotonicMs' | 'after'> = systemClock,
  ) {}

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.abortedBy) this.controller.abort(reasonOf(this.abortedBy));
    }
    return this.controller.signal;
  }

  get scratchDir(): string {
    if (!this.usedScratch) {
      mkdirSync(this.scratchPath, { recursive: true, mode: 0o700 });
      this.usedScratch = true;
    }
    return this.scratchPath;
  }

  get files(): JobFiles {
    this.filesPort ??= filesOf(this, this.sink);
    return this.filesPort;
  }

  readonly progress = (percent: number, message?: string, phase?: string): void => {
    const value = Math.min(100, Math.max(0, Number(percent)));
    if (Number.isNaN(value)) return;
    const told: ToldProgress = { percent: value };
    if (message !== undefined) told.message = storableText(message, MAX_PROGRESS_BYTES);
    if (phase !== undefined) told.phase = phaseOf(phase);
    if (this.heldProgress) {
      this.heldProgress.told = told;
      return;
    }
    const waitMs = this.lastProgressMs + PROGRESS_EVERY_MS - this.clock.monotonicMs();
    if (waitMs <= 0) {
      this.sendProgress(told);
      return;
    }
    this.heldProgress = { told, timer: this.clock.after(waitMs, () => this.flushProgress()) };
  };

  readonly log = (message: string, level: LogLevel = 'info'): void => {
    this.write(LEVELS.includes(level) ? level : 'info', message, 'handler');
  };

  /** What the process printed meanwhile, in pieces as they come. */
  print(text: string, source: 'stdout' | 'stderr'): void {
    this.printed ??= new Map();
    const lines = ((this.printed.get(source) ?? '') + text).split('\n');
    // Longer than a line may be it would only be cut later.
    this.printed.set(source, lines.pop()!.slice(0, MAX_MESSAGE_BYTES));
    for (const line of lines) if (line !== '') this.writePrinted(line, source);
  }

  retryAfter(delay: number | string, message = 'The handler asked for another attempt.', code?: string): never {
    throw new RetryJob(message, delayMsOf(delay), code);
  }
  fail(message: string, code?: string): never {
    throw new FailJob(message, code);
  }
  cancel(message?: string): never {
    throw new CancelJob(message);
  }

  /** The first cause wins. */
  abort(cause: AbortCause): void {
    if (this.abortedBy) return;
    this.abortedBy = cause;
    this.controller?.abort(reasonOf(cause));
  }

  /** Sends what is held back; call it at the end of the attempt. */
  flush(): void {
    this.flushProgress();
    for (const [source, line] of this.printed ?? []) if (line !== '') this.writePrinted(line, source);
    this.printed = undefined;
  }

  private flushProgress(): void {
    const held = this.heldProgress;
    if (!held) return;
    held.timer.cancel();
    this.heldProgress = undefined;
    this.sendProgress(held.told);
  }

  private sendProgress(told: ToldProgress): void {
    this.lastProgressMs = this.clock.monotonicMs();
    this.sink.progress(told);
  }

  private writePrinted(line: string, source: 'stdout' | 'stderr'): void {
    this.write(source === 'stderr' ? 'warn' : 'info', line, source);
  }

  private write(level: LogLevel, message: string, source: LogSource): void {
    if (this.logLines++ > MAX_LOG_LINES) return; // one more than allowed goes out: the runner turns it into its notice
    this.sink.log(level, storableText(message, MAX_MESSAGE_BYTES), source);
  }
}

/** Cut by characters: three bytes are the most that one takes. */
function phaseOf(phase: string): string {
  return storableText(phase, MAX_PHASE_CHARACTERS * 3)
    .slice(0, MAX_PHASE_CHARACTERS)
    .toWellFormed();
}

function reasonOf(cause: AbortCause): Error {
  const [name, message] = REASONS[cause];
  const reason = new Error(message);
  reason.name = name;
  return reason;
}

function filesOf(context: AttemptContext, sink: ContextSink): JobFiles {
  let open = 0;
  let spooled = 0;
  const ask = async (request: FileRequest): Promise<FetchedFile | undefined> => {
    if (open >= MAX_FILE_REQUESTS) throw new Error(`More than ${MAX_FILE_REQUESTS} file operations at once.`);
    open++;
    try {
      return await sink.file(request);
    } finally {
      open--;
    }
  };
  return {
    fetch: async (fileId) => {
      const fetched = await ask({ kind: 'fetch', fileId: String(fileId), scratchDir: context.scratchDir });
      if (!fetched) throw new Error('The worker answered no file.');
      return fetched;
    },
    put: async (name, content, options) => {
      const type = options?.contentType === undefined ? {} : { contentType: String(options.contentType) };
      if (typeof content === 'string') {
        await ask({ kind: 'put', name: String(name), path: resolve(context.scratchDir, content), ...type });
        return;
      }
      // Bytes go by way of the disk: over IPC they would be a string in memory, twice.
      const path = join(context.scratchDir, `.put-${++spooled}`);
      const fs = await import('node:fs/promises');
      try {
        await fs.writeFile(path, content, { mode: 0o600, signal: context.signal });
        await ask({ kind: 'put', name: String(name), path, ...type });
      } finally {
        await fs.rm(path, { force: true });
      }
    },
  };
}
