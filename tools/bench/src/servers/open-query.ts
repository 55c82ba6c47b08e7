import pg from 'pg';

export interface Query {
  rows(query: { name?: string; text: string; values: unknown[] }): Promise<unknown[][]>;
  column(query: { name?: string; text: string; values: unknown[] }): Promise<string[]>;
  number(text: string): Promise<number>;
  text(text: string): Promise<string>;
  close(): Promise<void>;
}

/** One connection to look at a database with. `options` as on a server's command line. */
export async function openQuery(url: string, { options = '', queryTimeoutMs = 60_000 } = {}): Promise<Query> {
  const client = new pg.Client({
    connectionString: url,
    options,
    connectionTimeoutMillis: 10_000,
    query_timeout: queryTimeoutMs,
    application_name: 'windlass bench',
  });
  await client.connect();
  const rows: Query['rows'] = async (query) => (await client.query<unknown[]>({ ...query, rowMode: 'array' })).rows;
  const one = async (text: string) => (await rows({ text, values: [] }))[0]?.[0];
  return {
    rows,
    column: async (query) => (await rows(query)).map(([first]) => String(first)),
    number: async (text) => Number(await one(text)),
    text: async (text) => String(await one(text)),
    close: () => client.end(),
  };
}
