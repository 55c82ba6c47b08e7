import pg from 'pg';

/** PostgreSQL's insufficient_privilege. */
const DENIED = '42501';
const STATEMENT_MS = 10_000;

/** A connection of one database role that tries statements; whatever it may do is rolled back. */
export class RoleTry {
  private constructor(private readonly client: pg.Client) {}

  static async open(url: string): Promise<RoleTry> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: STATEMENT_MS,
      statement_timeout: STATEMENT_MS,
    });
    await client.connect();
    return new RoleTry(client);
  }

  /** Nothing when the statement was refused for want of a privilege; else what happened instead. */
  async expectDenied(sql: string, first?: string): Promise<string[]> {
    const code = await this.outcomeOf(sql, first);
    if (code === DENIED) return [];
    return [code === undefined ? 'it was allowed' : `it failed by ${code}, not for want of a privilege`];
  }

  async expectAllowed(sql: string): Promise<string[]> {
    const code = await this.outcomeOf(sql);
    return code === undefined ? [] : [`it failed by ${code}`];
  }

  async rows<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
    return (await this.client.query<T>(sql)).rows;
  }

  /** As the service reads for a client: the tenant is set for one transaction. */
  async rowsAs<T extends pg.QueryResultRow>(tenant: string, sql: string): Promise<T[]> {
    await this.client.query('begin');
    try {
      await this.client.query(`select set_config('windlass.tenant', $1, true)`, [tenant]);
      return (await this.client.query<T>(sql)).rows;
    } finally {
      await this.client.query('rollback');
    }
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async outcomeOf(sql: string, first?: string): Promise<string | undefined> {
    // What refuses to run in a transaction says so before anybody looks at privileges, so it runs without.
    const alone = /^(?:alter system|create database|checkpoint)/.test(sql);
    try {
      await this.client.query([...(alone ? [] : ['begin']), ...(first ? [first] : []), sql].join('; '));
      return undefined;
    } catch (error) {
      return (error as { code?: string }).code ?? (error as Error).message;
    } finally {
      await this.client.query('rollback; reset session authorization; reset role').catch(() => undefined);
    }
  }
}
