import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JobContext, JobFiles } from './define-job.js';
import { MAX_MESSAGE_BYTES, storableText } from './storable-text.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
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
  progress(percent: number, message: string | undefined): void;
  log(level: LogLevel, message: string): void;
  file(request: FileRequest): Promise<FetchedFile | undefined>;
}

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];
const MAX_PROGRESS_BYTES = 1024;
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
  private lastProgressMs = -Infinity;
  private heldProgress: { percent: number; message: string | undefined; timer: NodeJS.Timeout } | undefined;

  constructor(
    readonly jobId: string,
    readonly attempt: number,
    private readonly scratchPath: string,
    private readonly sink: ContextSink,
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

  readonly progress = (percent: number, message?: string): void => {
    const value = Math.min(100, Math.max(0, Number(percent)));
    if (Number.isNaN(value)) return;
    const text = message === undefined ? undefined : storableText(message, MAX_PROGRESS_BYTES);
    if (this.heldProgress) {
      this.heldProgress.percent = value;
      this.heldProgress.message = text;
      return;
    }
    const waitMs = this.lastProgressMs + PROGRESS_EVERY_MS - performance.now();
    if (waitMs <= 0) {
      this.sendProgress(value, text);
      return;
    }
    const timer = setTimeout(() => this.flushProgress(), waitMs).unref();
    this.heldProgress = { percent: value, message: text, timer };
  };

  readonly log = (message: string, level: LogLevel = 'info'): void => {
    if (this.logLines++ > MAX_LOG_LINES) return; // one more than allowed goes out: the runner turns it into its notice
    this.sink.log(LEVELS.includes(level) ? level : 'info', storableText(message, MAX_MESSAGE_BYTES));
  };

  /** The first cause wins. */
  abort(cause: AbortCause): void {
    if (this.abortedBy) return;
    this.abortedBy = cause;
    this.controller?.abort(reasonOf(cause));
  }

  /** Sends held-back progress; call it at the end of the attempt. */
  flushProgress(): void {
    const held = this.heldProgress;
    if (!held) return;
    clearTimeout(held.timer);
    this.heldProgress = undefined;
    this.sendProgress(held.percent, held.message);
  }

  private sendProgress(percent: number, message: string | undefined): void {
    this.lastProgressMs = performance.now();
    this.sink.progress(percent, message);
  }
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
