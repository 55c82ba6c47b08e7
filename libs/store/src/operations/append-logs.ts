import type { AppendLogs } from '@windlass/contracts';
import { type Queryable, runStatement, storableText } from './statement.js';

export type AttemptLines = AppendLogs['items'][number];

const TEXT = `
with attempt as materialized (
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) with ordinality as a(job_id, run, epoch, token, n)
),
open as materialized (
  select a.n, j.retention, j.tenant_id, a.job_id, a.run, a.epoch from attempt a join jobs j on j.id = a.job_id
  where j.id = any($1) and (j.state || '') = 'running' and j.run = a.run and j.epoch = a.epoch and j.token = a.token
  union all
  select a.n, s.retention, s.tenant_id, a.job_id, a.run, a.epoch from attempt a join stopping_attempts s on s.job_id = a.job_id
  where s.job_id = any($1) and s.run = a.run and s.epoch = a.epoch and s.token = a.token
    and not exists (select from jobs j where j.id = s.job_id)
),
added as (
  insert into job_logs (retention, tenant_id, job_id, run, epoch, seq, at, level, source, message)
  select o.retention, o.tenant_id, o.job_id, o.run, o.epoch, l.seq, to_timestamp(l.at / 1000), l.level, l.source, l.message
  from unnest($5::int[], $6::int[], $7::float8[], $8::text[], $9::text[], $10::text[]) as l(n, seq, at, level, source, message)
  join open o on o.n = l.n order by o.job_id, o.run, o.epoch, l.seq
  on conflict do nothing
)
select n::int from open`;

/**
 * Adds log lines of attempts that are current, or cancelled and not yet at their end; a line that is there already stays. Once the job
 * has been replayed, a cancelled attempt's lines would come behind those of a later run, and readers would miss them: they are dropped.
 * Answers for each of `items` whether its lines were taken.
 */
export async function appendLogsInStore(db: Queryable, items: AttemptLines[]): Promise<boolean[]> {
  const lines = items.flatMap((item, index) => item.lines.map((line) => ({ ...line, n: index + 1 })));
  const rows = await runStatement<{ n: number }>(db, 'append-logs', TEXT, [
    items.map((each) => each.jobId),
    items.map((each) => each.run),
    items.map((each) => each.epoch),
    items.map((each) => each.token),
    lines.map((each) => each.n),
    lines.map((each) => each.seq),
    lines.map((each) => each.at),
    lines.map((each) => each.level),
    lines.map((each) => storableText(each.source)),
    lines.map((each) => storableText(each.message)),
  ]);
  const taken = new Set(rows.map((row) => row.n));
  return items.map((_, index) => taken.has(index + 1));
}
