import type { JobView, WaitingFor } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import type { LiveType } from './register-workers.js';
import { type Queryable, runStatement } from './statement.js';

/** What stands between an unfinished job and its start, as far as it belongs to the installation: figures only, nobody's jobs. */
export interface Gates {
  held: boolean;
  pausedAt: number | undefined;
  maxRunning: number | undefined;
  /** In its queue; counted where there is a limit. */
  running: number;
  /** Jobs of its lane that go first, counted up to 1,000. */
  ahead: number;
}

const MAX_AHEAD = 1_000;

/** The lane's first in its own order: by conditions on priority and id the planner would rather walk the primary key. */
const GATES = `
select j.held, (extract(epoch from q.paused_at) * 1000)::float8 as paused_ms, q.max_running,
  case when q.max_running is null then 0 else
    (select count(*) from jobs r where r.queue = j.queue and r.state = 'running')
    + (select count(*) from stopping_attempts s where s.queue = j.queue) end::int as running,
  case when j.state <> 'queued' or j.held then 0 else (select count(*) from (
    select a.priority, a.id from jobs a where a.queue = j.queue and a.type = j.type and a.state = 'queued' and not a.held
    order by a.priority desc, a.id limit ${MAX_AHEAD}
  ) first where (first.priority, j.id) > (j.priority, first.id)) end::int as ahead
from jobs j left join queues q on q.name = j.queue
where j.id = any($1::uuid[]) and (j.state || '') <> 'running'`;

interface Row {
  held: boolean;
  paused_ms: number | null;
  max_running: number | null;
  running: number;
  ahead: number;
}

/** Undefined when the job runs or has finished meanwhile. As the engine; uses jobs_open and jobs_running_by_queue. */
export async function readGates(db: Queryable, id: string): Promise<Gates | undefined> {
  const [row] = await runStatement<Row>(db, 'read-gates', GATES, [[id]]);
  return (
    row && {
      held: row.held,
      pausedAt: row.paused_ms === null ? undefined : Math.trunc(row.paused_ms),
      maxRunning: row.max_running ?? undefined,
      running: row.running,
      ahead: row.ahead,
    }
  );
}

const MAX_HOLDERS = 10;

/**
 * Who has a concurrency key now: the first ten, and how many they are (counted up to `limit`, but at least ten). `manager` is bound to the
 * tenant, whose keys they are. Uses jobs_holding_key and stopping_by_key.
 */
export async function readHolders(
  manager: EntityManager,
  { tenantId, key, limit }: { tenantId: string; key: string; limit: number },
): Promise<{ ids: string[]; count: number }> {
  const rows = await manager.query<{ id: string }[]>(
    `select id from jobs where tenant_id = $1 and concurrency_key = $2 and not held and state in ('queued', 'running')
     union all select job_id from stopping_attempts where tenant_id = $1 and concurrency_key = $2 limit $3`,
    [tenantId, key, Math.max(limit, MAX_HOLDERS)],
  );
  return { ids: [...new Set(rows.map((row) => row.id))].slice(0, MAX_HOLDERS), count: rows.length };
}

/**
 * Why a job does not run, in the order in which the reasons have to pass. A place in the line is a reason as long as others go first, or
 * when nothing else keeps the job.
 * @param live living workers of its type; undefined: none
 * @param holders of its key, if it has one
 */
export function explainWaiting(
  job: JobView,
  gates: Gates,
  live: LiveType | undefined,
  holders: { ids: string[]; count: number } | undefined,
): WaitingFor[] {
  const { queue, type, typeVersion: version, runAt, concurrencyKey: key, concurrencyLimit: limit = 1 } = job;
  const reasons: WaitingFor[] = [];
  if (job.state === 'scheduled' && runAt !== undefined)
    reasons.push({ kind: job.attempt > 0 ? 'retry' : 'delay', until: runAt });
  if (job.state === 'blocked') reasons.push({ kind: 'parents' });
  if (gates.pausedAt !== undefined) reasons.push({ kind: 'queue-paused', queue, since: gates.pausedAt });
  const knownVersions = [...(live?.versions ?? [])].sort((a, b) => a - b);
  if (!knownVersions.includes(version)) reasons.push({ kind: 'no-worker', type, version, knownVersions });
  if (gates.maxRunning !== undefined && gates.running >= gates.maxRunning)
    reasons.push({ kind: 'queue-limit', queue, limit: gates.maxRunning, running: gates.running });
  // One that is not yet due takes its turn at the key only then.
  const keyed = job.state === 'queued' ? gates.held : (holders?.count ?? 0) >= limit;
  if (key !== undefined && holders && keyed)
    reasons.push({ kind: 'concurrency-key', key, limit, holders: holders.ids });
  if (gates.ahead > 0 || reasons.length === 0)
    reasons.push({ kind: 'backlog', ahead: gates.ahead, slots: live?.slots ?? 0 });
  return reasons;
}
