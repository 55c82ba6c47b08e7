import type { AttemptError, EventPlace, JobEvent } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import { JobEntity, JobHistoryEntity } from '../entities/index.js';

export interface EventQuery {
  id: string;
  after?: EventPlace;
  limit?: number;
}

const DEFAULT_LIMIT = 100;
/** Of errors and reasons. As with logs: far below the broker's 16 MiB for a message. */
const MAX_PAGE_BYTES = 2 * 1_048_576;

/** Places within a run and epoch: an epoch has one claim, so at most one start, one end that is retried and one terminal event. */
const RANK = { begun: 0, started: 1, ended: 2, terminal: 3 };

/** What a job's row tells of its events; the same columns in both tables. */
const ROW_COLUMNS = {
  id: true,
  retention: true,
  state: true,
  run: true,
  epoch: true,
  createdAt: true,
  startedAt: true,
  worker: true,
  machine: true,
} as const;

/** The first bound leads into the primary key, the second one is exact. */
const TEXT = `
select run, epoch, rank, kind, terminal, at, worker, machine, started_at as "startedAt", actor, reason, error, found
from (
  select page.*, count(*) over ()::int as found, row_number() over ordered as n,
    sum(octet_length(coalesce(error::text, '')) + octet_length(coalesce(reason, ''))) over ordered as bytes
  from (
    select * from (
      select *, case when terminal then ${RANK.terminal} when kind = 'replayed' then ${RANK.begun} else ${RANK.ended} end as rank
      from job_events where retention = $1 and job_id = $2 and (run, epoch) >= ($3, $4)
    ) ranked
    where (run, epoch, rank) > ($3, $4, $5) order by run, epoch, rank limit $6
  ) page window ordered as (order by run, epoch, rank)
) measured
where n = 1 or (n <= $7 and bytes <= $8) order by run, epoch, rank`;

interface Attempt {
  run: number;
  epoch: number;
  startedAt: Date | null;
  worker: string | null;
  machine: string | null;
}

interface Row extends Attempt {
  rank: number;
  kind: string;
  terminal: boolean;
  at: Date;
  actor: string | null;
  reason: string | null;
  error: AttemptError | null;
  found: number;
}

/**
 * A page of a job's history in the order of its places, strictly after one; shorter than `limit` where the errors are long. `more` says whether
 * another event stood behind it. Undefined: there is no such job. `manager` is bound to the tenant. The rows come after the job's own row
 * was read, so what `finished` promises is among them.
 */
export async function readEventsInStore(
  manager: EntityManager,
  { id, after, limit = DEFAULT_LIMIT }: EventQuery,
): Promise<{ items: JobEvent[]; more: boolean; finished: boolean } | undefined> {
  const hot = await manager.findOne(JobEntity, { where: { id }, select: ROW_COLUMNS });
  const job =
    hot ?? (await manager.findOne(JobHistoryEntity, { where: { id }, select: ROW_COLUMNS, order: { run: 'DESC' } }));
  if (!job) return undefined;
  const { run, epoch, rank } = after ?? { run: 0, epoch: 0, rank: 0 };
  const bounds = [run, epoch, rank, limit + 1, limit, MAX_PAGE_BYTES];
  const rows = await manager.query<Row[]>(TEXT, [job.retention, id, ...bounds]);
  const cut = (rows[0]?.found ?? 0) > rows.length;
  const last = cut ? rows.at(-1) : undefined;
  const submitted = {
    run: 1,
    epoch: 0,
    rank: RANK.begun,
    kind: 'submitted',
    terminal: false,
    at: job.createdAt.getTime(),
  };
  // Of a job that waits, the start is that of an attempt which has ended and has its own row.
  const events = [submitted, ...startsOf(hot && hot.state !== 'running' ? rows : [...rows, job]), ...rows.map(eventOf)]
    .filter((each) => (!after || compare(each, after) > 0) && (!last || compare(each, last) <= 0))
    .sort(compare);
  // An end between the two reads is among the rows, while the job's own row had not told it.
  const ended = !cut && rows.at(-1)?.terminal === true;
  return { items: events.slice(0, limit), more: cut || events.length > limit, finished: !hot || ended };
}

/** Starts are no rows: the end of an attempt tells when it began, the job's own row tells it of the current one. */
function startsOf(attempts: Attempt[]): JobEvent[] {
  const starts = new Map<string, JobEvent>();
  for (const { run, epoch, startedAt, ...where } of attempts) {
    const place = `${run}.${epoch}`;
    if (!startedAt || starts.has(place)) continue;
    const start = { run, epoch, rank: RANK.started, kind: 'started', terminal: false, at: startedAt.getTime() };
    starts.set(place, { ...start, ...whereOf(where) });
  }
  return [...starts.values()];
}

const whereOf = ({ worker, machine }: Pick<Attempt, 'worker' | 'machine'>) => ({
  ...(worker === null ? {} : { worker }),
  ...(machine === null ? {} : { machine }),
});

function eventOf(row: Row): JobEvent {
  return {
    run: row.run,
    epoch: row.epoch,
    rank: row.rank,
    kind: row.kind,
    terminal: row.terminal,
    at: row.at.getTime(),
    ...whereOf(row),
    ...(row.actor === null ? {} : { actor: row.actor }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.error ? { error: row.error } : {}),
  };
}

function compare(a: EventPlace, b: EventPlace): number {
  return a.run - b.run || a.epoch - b.epoch || a.rank - b.rank;
}
