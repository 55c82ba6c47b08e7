import type { AttemptRef } from '@windlass/contracts';
import { type Queryable, runStatement } from './statement.js';

const TEXT = `
with clock as materialized (select windlass_now() as at),
input as materialized (select * from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) as i(job_id, run, epoch, token))
update jobs j set state = 'queued', queued_at = (select at from clock), attempt = j.attempt - 1, releases = j.releases + 1,
  token = null, lease_until = null, incarnation = null, dispatch_until = null, started_at = null
from input i
where j.id = any($1) and j.id = i.job_id and (j.state || '') = 'running' and j.run = i.run and j.epoch = i.epoch and j.token = i.token
  and j.releases < $5::int
returning j.id, j.queue, j.type`;

/**
 * `running → queued` for claims given back before their start: the attempt is not counted, the release is. A job at
 * `maxReleases` is left for the caller to quarantine.
 */
export async function releaseAttemptsInStore(db: Queryable, attempts: AttemptRef[], maxReleases: number) {
  return runStatement<{ id: string; queue: string; type: string }>(db, 'release-attempts', TEXT, [
    attempts.map((each) => each.jobId),
    attempts.map((each) => each.run),
    attempts.map((each) => each.epoch),
    attempts.map((each) => each.token),
    maxReleases,
  ]);
}
