import type { QueryResult, QueryResultRow } from 'pg';

/** A pool or a client inside a transaction. */
export interface Queryable {
  query<R extends QueryResultRow>(config: { name: string; text: string; values: unknown[] }): Promise<QueryResult<R>>;
}

/**
 * One prepared statement. `state || ''` in the texts below keeps the planner from partial indexes on state: ids are given, and
 * with the stale statistics of a queue table it would rather walk thousands of index entries.
 */
export async function runStatement<R extends QueryResultRow>(
  db: Queryable,
  name: string,
  text: string,
  values: unknown[],
): Promise<R[]> {
  return (await db.query<R>({ name, text, values })).rows;
}

/** JSON for a jsonb column: PostgreSQL refuses U+0000 and lone surrogates there, and a failure must stay recordable. */
export function storableJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? storableText(each) : each));
}

/** Text that a text column takes: U+0000 and lone surrogates become U+FFFD. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}
