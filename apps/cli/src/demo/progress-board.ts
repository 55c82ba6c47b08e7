import type { Terminal } from '../frame/cli.js';
import { bar } from '../frame/progress-line.js';
import { plain, shorten, shortenPath } from '../frame/show-values.js';

const REDRAW_MS = 100;
const NAME_WIDTH = 34;

interface Row {
  name: string;
  text: string;
  percent: number | undefined;
}

/**
 * One line per job on standard error. A terminal sees them rewritten in place; elsewhere each change is a line of its own.
 */
export class ProgressBoard {
  private readonly rows: Row[];
  private drawnLines = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly terminal: Terminal,
    names: string[],
  ) {
    this.rows = names.map((name) => ({ name: plain(name), text: 'waiting', percent: undefined }));
  }

  set(index: number, text: string, percent?: number): void {
    const row = this.rows[index];
    if (!row || (row.text === text && row.percent === percent)) return;
    const said = row.text === text;
    Object.assign(row, { text: plain(text), percent });
    if (!this.terminal.live) {
      // Percentages alone would fill a log.
      if (!said) this.terminal.err(`${row.name}: ${row.text}\n`);
      return;
    }
    this.timer ??= setTimeout(() => this.draw(), REDRAW_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    if (this.terminal.live) this.draw();
  }

  private draw(): void {
    this.timer = undefined;
    const room = Math.max(1, this.terminal.rows - 2);
    const shown = this.rows.length <= room ? this.rows : [...this.rows].sort(busyFirst).slice(0, room);
    const up = this.drawnLines > 0 ? `\u001b[${this.drawnLines}A` : '';
    this.terminal.err(`${up}${shown.map((row) => `\r\u001b[2K${this.line(row)}\n`).join('')}`);
    this.drawnLines = shown.length;
  }

  private line({ name, text, percent }: Row): string {
    const head = shortenPath(name, NAME_WIDTH).padEnd(NAME_WIDTH);
    const gauge = percent === undefined ? '' : `${bar(percent)} ${String(Math.round(percent)).padStart(3)} %  `;
    return shorten(`${head}  ${gauge}${text}`, this.terminal.columns - 1);
  }
}

/** Where not all fit, those that move are worth more than those that wait or are done. */
function busyFirst(a: Row, b: Row): number {
  return Number(b.percent !== undefined) - Number(a.percent !== undefined);
}
