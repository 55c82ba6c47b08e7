import { type Queryable, runStatement } from './statement.js';

const TEXT = `
update beat_path set proved_at = clock.at,
  grace_until = case when clock.at - proved_at > $1::float8 * interval '1 ms' then clock.at + $2::float8 * interval '1 ms' else grace_until end
from (select windlass_now() as at) clock
returning grace_until > clock.at as grace`;

/**
 * Records that a beat could be recorded now. After a gap longer than `gapMs` since the last proof every lease gets one full lease
 * of grace: beats that could not be recorded do not count against it (decision 4).
 */
export async function proveBeatPath(
  db: Queryable,
  options: { gapMs: number; leaseMs: number },
): Promise<{ grace: boolean }> {
  const rows = await runStatement<{ grace: boolean }>(db, 'prove-beat-path', TEXT, [options.gapMs, options.leaseMs]);
  return { grace: rows[0]?.grace ?? false };
}
