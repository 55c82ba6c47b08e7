import type { Database } from '@windlass/store';
import { insertPack } from '../river/store-steps.js';
import { openQuery } from '../servers/open-query.js';

/** Some seconds a statement: the transition tables of the triggers stay in memory. */
const ROWS_AT_ONCE = 25_000;
const VACUUM_MS = 600_000;

/** Copies of one job, a millisecond older each: whatever columns a job has, it is as an insert of ours leaves it. */
const COPY = `
insert into jobs
select copy.* from jobs original cross join generate_series($2::int, $3::int) n
cross join lateral (select (extract(epoch from original.created_at) * 1000)::bigint - n as ms) at
cross join lateral jsonb_populate_record(original, jsonb_build_object(
  'id', (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
  'created_at', to_timestamp(ms / 1000.0), 'queued_at', to_timestamp(ms / 1000.0))) copy
where original.id = $1`;

/** `rows` queued jobs of the lane, older than what comes after them. Triggers count them, as they count any. */
export async function fillQueue(db: Database, ownerUrl: string, rows: number): Promise<void> {
  const [original] = await insertPack(db, 1, false);
  const owner = await openQuery(ownerUrl, { options: '-c search_path=windlass', queryTimeoutMs: VACUUM_MS });
  try {
    for (let from = 1; from < rows; from += ROWS_AT_ONCE) {
      const to = Math.min(rows - 1, from + ROWS_AT_ONCE - 1);
      await owner.rows({ text: COPY, values: [original, from, to] });
    }
    // What autovacuum does by itself within the next minute, and in the midst of the measure.
    await owner.rows({ text: 'vacuum (analyze) jobs', values: [] });
    await owner.rows({ text: 'checkpoint', values: [] });
  } finally {
    await owner.close();
  }
}
