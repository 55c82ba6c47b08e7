import type { AttemptRef, Progress } from '@windlass/contracts';
import { type Queryable, runStatement, storableJson } from './statement.js';

const TEXT = `
with clock as materialized (select windlass_now() as at),
input as materialized (
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::text[]) as i(job_id, run, epoch, token, progress)
)
update jobs j set lease_until = (select at from clock) + $6::float8 * interval '1 ms', progress = coalesce(i.progress::jsonb, j.progress)
from input i
where j.id = any($1) and j.id = i.job_id and (j.state || '') = 'running' and j.run = i.run and j.epoch = i.epoch and j.token = i.token
returning j.id, j.epoch`;

/** Moves the leases of current attempts on, and answers their jobs' ids with the epoch: any other attempt is no longer its sender's. */
export async function extendLeases(
  db: Queryable,
  attempts: (AttemptRef & { progress?: Progress })[],
  leaseMs: number,
): Promise<Map<string, number>> {
  const rows = await runStatement<{ id: string; epoch: number }>(db, 'extend-leases', TEXT, [
    attempts.map((each) => each.jobId),
    attempts.map((each) => each.run),
    attempts.map((each) => each.epoch),
    attempts.map((each) => each.token),
    attempts.map((each) => storableJson(each.progress)),
    leaseMs,
  ]);
  return new Map(rows.map((row) => [row.id, row.epoch]));
}
