import type { Cli } from './cli.js';
import { printAnswer } from './print-answer.js';
import { showTable } from './show-table.js';

/** What a list looks like. */
export interface ListShape<T> {
  head: string[];
  rowOf(item: T): string[];
  /** Said when there is nothing. Ends with a newline. */
  none: string;
}

export function printPage<T>(
  cli: Cli,
  options: { json?: boolean },
  page: { items: T[]; nextCursor?: string },
  shape: ListShape<T>,
): void {
  printAnswer(cli, options, page, () => {
    if (page.items.length === 0) return shape.none;
    const more = page.nextCursor === undefined ? '' : 'There are more: --limit N, or --all.\n';
    return showTable(shape.head, page.items.map(shape.rowOf)) + more;
  });
}

/** A hundred rows at a time, so that a long list starts at once and is never held whole. With `json` one item a line. */
export async function printAll<T>(
  cli: Cli,
  options: { json?: boolean },
  items: AsyncIterable<T>,
  { head, rowOf, none }: ListShape<T>,
): Promise<void> {
  let rows: string[][] = [];
  let printed = false;
  const flush = () => {
    if (rows.length > 0) cli.terminal.out(showTable(printed ? head.map(() => '') : head, rows).slice(printed ? 1 : 0));
    printed ||= rows.length > 0;
    rows = [];
  };
  for await (const item of items) {
    if (options.json) cli.terminal.out(`${JSON.stringify(item)}\n`);
    else if (rows.push(rowOf(item)) === 100) flush();
  }
  flush();
  if (!printed && !options.json) cli.terminal.out(none);
}
