/** A row as to_jsonb has it. */
export type Row = Record<string, unknown>;

/** Undefined where the column is null or absent. */
export function textOf(row: Row | undefined, column: string): string | undefined {
  const value = row?.[column];
  return typeof value === 'string' ? value : undefined;
}

/** NaN where it is none: such a number equals nothing and is in no order, so what compares it notices. */
export function wholeOf(row: Row | undefined, column: string): number {
  const value = row?.[column];
  return typeof value === 'number' ? value : Number.NaN;
}

/** ms since the epoch, whole; undefined where the column is null or absent. */
export function timeOf(row: Row | undefined, column: string): number | undefined {
  const value = row?.[column];
  return typeof value === 'string' ? Date.parse(value) : undefined;
}

/** Orders attempts of one job: a run's epochs go on where those of the run before ended. */
export function isLater(a: { run: number; epoch: number }, b: { run: number; epoch: number }): boolean {
  return a.run > b.run || (a.run === b.run && a.epoch > b.epoch);
}

/** Grouped by a key; rows without one are left out. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
