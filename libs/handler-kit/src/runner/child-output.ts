import { MAX_LOG_LINES } from '../attempt-context.js';
import type { Attempt } from './attempt.js';
import { captureLines } from './capture-lines.js';
import type { RunnerEvents } from './runner.contract.js';
import type { HandlerChild } from './spawn-child.js';

const STDERR_TAIL = 4 * 1024;

/**
 * What a child prints on its own pipes, line by line, and the end of its standard error, which tells of a crash. A child that is
 * one attempt's alone prints for that attempt. A shared one tells by messages whose a line is: what is left to its pipes is nobody's.
 */
export class ChildOutput {
  private tail = '';
  private strayLines = 0;
  private readonly endLines: (() => void)[];

  /** @param alone the attempt of a child that is not shared, as long as it runs */
  constructor(
    child: HandlerChild,
    private readonly events: RunnerEvents,
    private readonly alone: (() => Attempt | undefined) | undefined,
  ) {
    this.endLines = [
      captureLines(child.stdout, (line) => this.tell('info', line, 'stdout')),
      captureLines(child.stderr, (line) => {
        this.tail = `${this.tail}${line}\n`.slice(-STDERR_TAIL);
        this.tell('warn', line, 'stderr');
      }),
    ];
  }

  get stderrTail(): string {
    return this.tail;
  }

  /** Before a verdict: lines that are begun and not ended are told now, and strays may be as many again. */
  flush(): void {
    if (this.alone) for (const endLine of this.endLines) endLine();
    this.strayLines = 0;
  }

  private tell(level: 'info' | 'warn', line: string, source: 'stdout' | 'stderr'): void {
    if (this.alone) this.alone()?.log(this.events, level, line, source);
    else if (this.strayLines++ < MAX_LOG_LINES) this.events.onLog(undefined, level, line, source);
  }
}
