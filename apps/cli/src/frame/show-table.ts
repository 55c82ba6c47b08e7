import { plain } from './show-values.js';

const GAP = '  ';

/** Columns as wide as their widest cell, and at least `minWidths`; the last one is not padded. Ends with a newline. */
export function showTable(head: string[], rows: string[][], minWidths: number[] = []): string {
  const all = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, column) =>
    Math.max(minWidths[column] ?? 0, ...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

/** Names on the left, values on the right; what has no value is left out. */
export function showFields(fields: [name: string, value: string | number | undefined][]): string {
  const given = fields.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}${GAP}${plain(String(value))}\n`).join('');
}
