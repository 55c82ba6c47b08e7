import { openQuery, type Query } from '../servers/open-query.js';
import type { ResultStore, Stages } from './system.js';

/** Windlass's tables, read as their owner. */
export class WindlassStore implements ResultStore {
  private leaf: string | undefined;

  private constructor(private readonly database: Query) {}

  static async open(url: string): Promise<WindlassStore> {
    return new WindlassStore(await openQuery(url, { options: '-c search_path=windlass' }));
  }

  close(): Promise<void> {
    return this.database.close();
  }

  async count(): Promise<number> {
    return this.database.number('select count(*)::int from job_history');
  }

  /** On this week's partition itself: planning a look-up over all partitions would take longer than the look-up. */
  async stored(ids: readonly string[]): Promise<string[]> {
    const { database } = this;
    this.leaf ??= await database.text('select tableoid::regclass::text from job_history order by id desc limit 1');
    const text = `select id::text from ${this.leaf} where retention = 'standard' and id = any($1::uuid[])`;
    return database.column({ name: 'stored', text, values: [ids] });
  }

  async check(jobs: number): Promise<void> {
    const { database } = this;
    const right = await database.number(
      `select count(*)::int from job_history where state = 'succeeded' and result::jsonb->>'md5' = md5(payload)
         and result::jsonb->>'sha256' = encode(sha256(convert_to(payload, 'UTF8')), 'hex')`,
    );
    const all = await this.count();
    const events = await database.number('select count(*)::int from job_events where terminal');
    const open = await database.number('select count(*)::int from jobs');
    if (right === jobs && all === jobs && events === jobs && open === 0) return;
    throw new Error(
      `of ${jobs} jobs ${right} have the right result, ${all} are finished, ${events} have a terminal event, ${open} are open`,
    );
  }

  async stages(jobs: number): Promise<Stages> {
    const text = `
      select percentile_cont(0.5) within group (order by extract(epoch from started_at - created_at) * 1000)::float8,
        percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at) * 1000)::float8,
        percentile_cont(0.5) within group (order by duration_ms)::float8
      from (select * from job_history order by id desc limit $1) latest`;
    const [row = []] = await this.database.rows({ text, values: [jobs] });
    const [insertedToClaimed = 0, claimedToStored = 0, inHandler = 0] = row.map(Number);
    return { insertedToClaimed, claimedToStored, inHandler };
  }
}
