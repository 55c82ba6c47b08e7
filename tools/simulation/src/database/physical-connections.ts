import { once } from 'node:events';
import pg from 'pg';

/** `engine`: hot batches and beats. `ordinary` and `reader`: TypeORM's, as the two roles. */
export type Kind = 'engine' | 'ordinary' | 'reader';

/** How a connection is opened: what the product would have given its own pool. */
export interface Way {
  connectionString: string;
  options: string;
}

export type Answer = { rows: unknown[]; result: pg.QueryResult } | { error: Error & { code?: string } };

/** One session of PostgreSQL. It outlives seeds, since connecting and planning cost more than a statement. */
export class PhysicalConnection {
  inTransaction = false;

  private constructor(
    private readonly client: pg.Client,
    readonly pid: number,
  ) {}

  static async open(way: Way): Promise<PhysicalConnection> {
    const client = new pg.Client({
      connectionString: way.connectionString,
      // Behind the catalog the schema could not put its own chance in the place of PostgreSQL's.
      options: `${way.options} -c search_path=windlass,pg_catalog`,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return new PhysicalConnection(client, rows[0]!.pid);
  }

  async ask(query: { name?: string; text: string; values?: unknown[] }): Promise<Answer> {
    try {
      const result = (await this.client.query(query)) as pg.QueryResult;
      return { rows: result.rows ?? [], result };
    } catch (error) {
      return { error: error as Error };
    }
  }

  async close(): Promise<void> {
    const ended = once(this.client, 'end');
    await this.client.end();
    await ended.catch(() => undefined);
  }
}

/** The connections of all instances, by kind: each statement takes the one that was free last, whose plans and caches are warm. */
export class PhysicalConnections {
  private readonly free: Record<Kind, PhysicalConnection[]> = { engine: [], ordinary: [], reader: [] };
  private readonly all: PhysicalConnection[] = [];

  constructor(private readonly ways: Readonly<Record<Kind, Way>>) {}

  async take(kind: Kind): Promise<PhysicalConnection> {
    const free = this.free[kind].pop();
    if (free) return free;
    const made = await PhysicalConnection.open(this.ways[kind]);
    this.all.push(made);
    return made;
  }

  giveBack(kind: Kind, connection: PhysicalConnection): void {
    this.free[kind].push(connection);
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((each) => each.close().catch(() => undefined)));
  }
}
