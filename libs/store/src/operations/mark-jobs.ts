import { type Queryable, runStatement } from './statement.js';

/** With the class named, the id leads to one partition and the last line to one place in its primary key. */
const lastLine = (retention: string) => `
  (select concat_ws('.', l.run, l.epoch, l.seq) from job_logs l where l.retention = '${retention}' and l.job_id = a.id
   order by l.run desc, l.epoch desc, l.seq desc limit 1)`;

const TEXT = `
select a.id, concat_ws(' ',
  (select concat_ws('.', j.run, j.epoch, j.state) from jobs j where j.id = a.id),
  (select 'stopping' from stopping_attempts s where s.job_id = a.id limit 1),
  ${['short', 'standard', 'long'].map(lastLine).join(', ')}) as mark
from unnest($1::uuid[]) as a(id)`;

/**
 * A word for each job that changes whenever a line of its log or an event is added: its attempt and state, whether a cancelled attempt
 * of it still runs, its last line.
 */
export async function markJobs(db: Queryable, ids: string[]): Promise<Map<string, string>> {
  const rows = await runStatement<{ id: string; mark: string }>(db, 'mark-jobs', TEXT, [ids]);
  return new Map(rows.map((row) => [row.id, row.mark]));
}
