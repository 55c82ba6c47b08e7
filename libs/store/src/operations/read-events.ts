import type { JobEvent } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import { JobEntity, JobEventEntity, JobHistoryEntity } from '../entities/index.js';

/** A job that was tried a hundred times in each of five runs has as many. */
const MAX_EVENTS = 1_000;

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

/**
 * A job's history: by run, epoch and time, the terminal event last; at most 1,000 lines, the oldest ones. Undefined: there is no such job.
 * `manager` is bound to the tenant. The rows come after the job's own row was read, so what `finished` promises is among them.
 */
export async function readEventsInStore(
  manager: EntityManager,
  id: string,
): Promise<{ items: JobEvent[]; finished: boolean } | undefined> {
  const hot = await manager.findOne(JobEntity, { where: { id }, select: ROW_COLUMNS });
  const job =
    hot ?? (await manager.findOne(JobHistoryEntity, { where: { id }, select: ROW_COLUMNS, order: { run: 'DESC' } }));
  if (!job) return undefined;
  const rows = await manager.find(JobEventEntity, {
    where: { retention: job.retention, jobId: id },
    order: { run: 'ASC', epoch: 'ASC', at: 'ASC' },
    take: MAX_EVENTS,
  });
  const events: JobEvent[] = [
    { run: 1, epoch: 0, kind: 'submitted', terminal: false, at: job.createdAt.getTime() },
    ...startsOf(rows, hot && hot.state !== 'running' ? undefined : job),
    ...rows.map(eventOf),
  ];
  return { items: events.sort(inOrder).slice(0, MAX_EVENTS), finished: !hot };
}

/**
 * Starts are no rows: the end of an attempt tells when it began, the job's own row tells it of the current one. Of a job that waits, it
 * is that of an attempt which has ended and has its own line.
 */
function startsOf(rows: JobEventEntity[], job: JobEntity | JobHistoryEntity | undefined): JobEvent[] {
  const starts = new Map<string, JobEvent>();
  const add = (at: Date | null, from: Pick<JobEventEntity, 'run' | 'epoch' | 'worker' | 'machine'>) => {
    const place = `${from.run} ${from.epoch}`;
    if (!at || starts.has(place)) return;
    starts.set(place, { ...placeOf(from), kind: 'started', terminal: false, at: at.getTime(), ...whereOf(from) });
  };
  for (const row of rows) add(row.startedAt, row);
  if (job) add(job.startedAt, job);
  return [...starts.values()];
}

const placeOf = ({ run, epoch }: { run: number; epoch: number }) => ({ run, epoch });

const whereOf = ({ worker, machine }: { worker: string | null; machine: string | null }) => ({
  ...(worker === null ? {} : { worker }),
  ...(machine === null ? {} : { machine }),
});

function eventOf(row: JobEventEntity): JobEvent {
  return {
    ...placeOf(row),
    kind: row.kind,
    terminal: row.terminal,
    at: row.at.getTime(),
    ...whereOf(row),
    ...(row.actor === null ? {} : { actor: row.actor }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.error ? { error: row.error } : {}),
  };
}

/** A start and an end within one millisecond: the start comes first. */
function inOrder(a: JobEvent, b: JobEvent): number {
  return (
    a.run - b.run ||
    a.epoch - b.epoch ||
    Number(a.terminal) - Number(b.terminal) ||
    a.at - b.at ||
    Number(b.kind === 'started') - Number(a.kind === 'started')
  );
}
