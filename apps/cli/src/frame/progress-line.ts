import type { Terminal } from './cli.js';
import { plain, shorten } from './show-values.js';

const BAR = 24;
/** Faster is not seen and costs. */
const REDRAW_MS = 80;

/** One line on standard error that is rewritten in place; nothing where nobody watches. */
export class ProgressLine {
  private drawnAtMs = Number.NEGATIVE_INFINITY;
  private drawn = false;
  private last: [percent: number | undefined, text: string] | undefined;

  constructor(private readonly terminal: Terminal) {}

  /** `percent` undefined: how far it is, is not known. */
  show(percent: number | undefined, text: string): void {
    const nowMs = performance.now();
    if (!this.terminal.live || (nowMs - this.drawnAtMs < REDRAW_MS && percent !== 100)) return;
    this.drawnAtMs = nowMs;
    this.draw(percent, text);
  }

  /** Prints lines above it, which stay. They end with a newline. */
  above(lines: string): void {
    const { drawn, last } = this;
    this.clear();
    this.terminal.err(lines);
    if (drawn && last) this.draw(...last);
  }

  private draw(percent: number | undefined, text: string): void {
    this.drawn = true;
    this.last = [percent, text];
    const head = percent === undefined ? '' : `${bar(percent)} ${String(Math.round(percent)).padStart(3)} %  `;
    this.terminal.err(`\r\u001b[2K${shorten(head + plain(text), this.terminal.columns - 1)}`);
  }

  clear(): void {
    if (this.drawn) this.terminal.err('\r\u001b[2K');
    this.drawn = false;
  }
}

export function bar(percent: number): string {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR);
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
}
