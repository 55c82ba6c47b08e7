import { type LogLevel, type LogSource, MAX_LOG_LINES, type ToldProgress } from '../attempt-context.js';
import type { LoadedHandler } from '../load-handlers.js';
import type { AttemptInput, RunnerEvents } from './runner.contract.js';

/** One attempt on its way through the runner. */
export class Attempt {
  /** Its number within the child that has it. */
  seq = 0;
  /** Set by cancel(): it is not to start any more. */
  cancel: { graceMs: number; cause: 'cancelled' | 'lease-lost' } | undefined;
  /** Children in a row that died before they could start it. */
  failedStarts = 0;
  private lines = 0;
  private transfers: AbortController | undefined;

  constructor(
    readonly input: AttemptInput,
    readonly handler: LoadedHandler,
    readonly scratchDir: string,
  ) {}

  get key(): string {
    return this.input.key;
  }
  get memoryMb(): number | undefined {
    return this.input.memoryMb ?? this.handler.definition.memoryMb;
  }
  /** Aborts when the attempt has its outcome. */
  get transferSignal(): AbortSignal {
    this.transfers ??= new AbortController();
    return this.transfers.signal;
  }

  log(events: RunnerEvents, level: LogLevel, message: string, source: LogSource): void {
    this.lines++;
    if (this.lines <= MAX_LOG_LINES) events.onLog(this.key, level, message, source);
    else if (this.lines === MAX_LOG_LINES + 1) {
      events.onLog(this.key, 'warn', `More than ${MAX_LOG_LINES} lines: the rest is dropped.`, 'handler');
    }
  }

  progress(events: RunnerEvents, told: ToldProgress): void {
    events.onProgress(this.key, told);
  }

  close(): void {
    this.transfers?.abort();
  }
}
