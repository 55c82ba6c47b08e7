import type { JobView } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import type { JobEntity, JobHistoryEntity } from '../entities/index.js';

/** A row as one of the two tables has it; a list's rows come without payload and result. */
export type JobRow = JobEntity | JobHistoryEntity;

/** What a view says beyond the row. */
interface Surroundings {
  /** By the database's clock, ms since the epoch; there when one of the rows runs. */
  nowMs: number | undefined;
  /** `id run` of cancelled runs whose attempt has not ended. */
  stopping: Set<string>;
}

/** Views of these rows, in their order. Asks for the clock and for stopping attempts only where a row makes it necessary. */
export async function viewsOf(manager: EntityManager, rows: JobRow[], withPayload: boolean): Promise<JobView[]> {
  const cancelled = rows.filter((row) => row.state === 'cancelled').map((row) => row.id);
  const surroundings: Surroundings = {
    nowMs: rows.some((row) => row.state === 'running') ? await readClock(manager) : undefined,
    stopping: cancelled.length > 0 ? await readStopping(manager, cancelled) : new Set(),
  };
  return rows.map((row) => ({ ...viewOf(row, surroundings), ...(withPayload ? { payload: row.payload } : {}) }));
}

async function readClock(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<{ ms: number }[]>(
    'select (extract(epoch from windlass_now()) * 1000)::float8 as ms',
  );
  return row?.ms ?? 0;
}

async function readStopping(manager: EntityManager, ids: string[]): Promise<Set<string>> {
  const rows = await manager.query<{ job_id: string; run: number }[]>(
    'select job_id, run from stopping_attempts where job_id = any($1::uuid[])',
    [ids],
  );
  return new Set(rows.map((row) => `${row.job_id} ${row.run}`));
}

function viewOf(row: JobRow, { nowMs, stopping }: Surroundings): JobView {
  return {
    id: row.id,
    type: row.type,
    typeVersion: row.typeVersion,
    queue: row.queue,
    state: row.state,
    run: row.run,
    epoch: row.epoch,
    attempt: row.attempt,
    maxAttempts: row.maxAttempts,
    releases: row.releases,
    timeouts: row.timeouts,
    retries: row.retries,
    buries: row.buries,
    priority: row.priority,
    tags: row.tags,
    ...(row.progress ? { progress: row.progress } : {}),
    ...(row.error ? { error: row.error } : {}),
    ...(row.worker === null ? {} : { worker: row.worker }),
    ...(row.machine === null ? {} : { machine: row.machine }),
    createdAt: row.createdAt.getTime(),
    ...(row.runAt ? { runAt: row.runAt.getTime() } : {}),
    ...(row.startedAt ? { startedAt: row.startedAt.getTime() } : {}),
    ...(row.expiresAt ? { expiresAt: row.expiresAt.getTime() } : {}),
    ...endOf(row),
    ...(stopping.has(`${row.id} ${row.run}`) ? { stopping: true } : {}),
    softMs: row.softMs,
    hardMs: row.hardMs,
    ...(row.state === 'running' && row.startedAt && nowMs !== undefined
      ? { timeLeftMs: Math.max(0, Math.round(row.hardMs - (nowMs - row.startedAt.getTime()))) }
      : {}),
    backoff: row.backoff,
    retention: row.retention,
    ...(row.dedupeKey === null ? {} : { dedupeKey: row.dedupeKey }),
    ...(row.concurrencyKey === null ? {} : { concurrencyKey: row.concurrencyKey }),
    ...(row.concurrencyLimit === null ? {} : { concurrencyLimit: row.concurrencyLimit }),
  };
}

function endOf(row: JobRow): Pick<JobView, 'finishedAt' | 'outcome' | 'reason'> {
  if (!('finishedAt' in row)) return {};
  return {
    finishedAt: row.finishedAt.getTime(),
    outcome: row.outcome,
    ...(row.reason === null ? {} : { reason: row.reason }),
  };
}
