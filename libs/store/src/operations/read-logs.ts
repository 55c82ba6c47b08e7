import type { LogLevel, LogLine, LogPlace } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import type { JobStanding } from './read-jobs.js';

export interface LogQuery {
  id: string;
  after?: LogPlace;
  /** Lines of this level and above. */
  level?: LogLevel;
  limit: number;
}

/** Written out, it stays below the broker's 16 MiB for a message even if every character has to be escaped. */
const MAX_PAGE_BYTES = 2 * 1_048_576;
const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error'];

const TEXT = `
select run, epoch, seq, (extract(epoch from at) * 1000)::float8 as at, level, source, message, found
from (
  select page.*, count(*) over ()::int as found, row_number() over ordered as n, sum(octet_length(message)) over ordered as bytes
  from (
    select run, epoch, seq, at, level, source, message from job_logs
    where retention = $1 and job_id = $2 and (run, epoch, seq) > ($3, $4, $5) and level = any($6::text[])
    order by run, epoch, seq limit $7
  ) page window ordered as (order by run, epoch, seq)
) measured
where n = 1 or (n <= $8 and bytes <= $9) order by run, epoch, seq`;

/**
 * A page of a job's log in the order of its lines, strictly after a place; shorter than `limit` where the lines are long. `more` says whether
 * another line stood behind it. `manager` is bound to the tenant. Uses the primary key.
 */
export async function readLogsInStore(
  manager: EntityManager,
  { retention }: Pick<JobStanding, 'retention'>,
  { id, after, level, limit }: LogQuery,
): Promise<{ items: LogLine[]; more: boolean }> {
  const rows = await manager.query<(LogLine & { found: number })[]>(TEXT, [
    retention,
    id,
    after?.run ?? 0,
    after?.epoch ?? 0,
    after?.seq ?? 0,
    level ? LEVELS.slice(LEVELS.indexOf(level)) : LEVELS,
    limit + 1,
    limit,
    MAX_PAGE_BYTES,
  ]);
  const items = rows.map(({ found: _, ...line }) => ({ ...line, at: Math.trunc(line.at) }));
  return { items, more: (rows[0]?.found ?? 0) > items.length };
}
