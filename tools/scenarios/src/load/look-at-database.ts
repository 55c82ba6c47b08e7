import pg from 'pg';

/** A look at the database past the platform. Every question has a minute; one that fails is the caller's to repeat. */
export class DatabaseLook {
  private readonly pool: pg.Pool;

  constructor(ownerUrl: string) {
    this.pool = new pg.Pool({
      connectionString: ownerUrl,
      application_name: 'scenario',
      max: 2,
      connectionTimeoutMillis: 10_000,
      query_timeout: 60_000,
    });
    // A connection that breaks while idle: the next question opens another.
    this.pool.on('error', () => undefined);
  }

  async rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return (await this.pool.query<T>(sql, values)).rows;
  }

  async number(sql: string, values: unknown[] = []): Promise<number> {
    return Number(Object.values((await this.rows(sql, values))[0] ?? {})[0]);
  }

  /** Jobs that are not finished. */
  unfinished(): Promise<number> {
    return this.number('select count(*) from jobs');
  }

  /** How these jobs ended, by state; those with no finished row are `missing`. Other than one row and one terminal event counts as `double`. */
  async endsOf(ids: readonly string[]): Promise<Record<string, number>> {
    const ends: Record<string, number> = { missing: 0, double: 0 };
    for (let from = 0; from < ids.length; from += CHUNK) {
      const part = ids.slice(from, from + CHUNK);
      for (const { state, n } of await this.rows<{ state: string; n: number }>(ENDS, [part])) {
        ends[state] = (ends[state] ?? 0) + n;
      }
    }
    return ends;
  }

  /** Claims of a job over all its runs, by job id. */
  async epochsOf(ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.rows<{ id: string; epoch: number }>(
      'select id, epoch from job_history where id = any($1::uuid[]) union all select id, epoch from jobs where id = any($1::uuid[])',
      [ids],
    );
    return new Map(rows.map(({ id, epoch }) => [id, epoch]));
  }

  async leader(): Promise<{ holder: string; term: number; live: boolean } | undefined> {
    const rows = await this.rows<{ holder: string; term: number; live: boolean }>(
      'select holder, term::int as term, expires_at > windlass_now() as live from leaders',
    );
    return rows[0];
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** Every chunk reads both tables once: no index begins with the id alone. */
const CHUNK = 20_000;
const ENDS = `
with rows as (select id, count(*) as n, min(state) as state from job_history where id = any($1::uuid[]) group by id),
ends as (select job_id, count(*) as n from job_events where job_id = any($1::uuid[]) and terminal group by job_id)
select state, count(*)::int as n from (
  select case
    when rows.n is null then 'missing'
    when rows.n <> 1 or ends.n is distinct from 1 then 'double'
    else rows.state end as state
  from unnest($1::uuid[]) as asked (id) left join rows on rows.id = asked.id left join ends on ends.job_id = asked.id
) each group by state`;
