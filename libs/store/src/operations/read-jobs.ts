import type { JobEvent, JobState, JobView, ListJobs } from '@windlass/contracts';
import { HOT_STATES } from '@windlass/lifecycle';
import type { EntityManager, ObjectLiteral } from 'typeorm';
import { JobEntity, JobEventEntity, JobHistoryEntity } from '../entities/index.js';

/** Everything but result and payload: those may be large and are asked for by name. */
type JobRow = JobEntity | JobHistoryEntity;

/** A job's latest run, wherever it stands. `manager` is bound to the tenant (see `Sources.readAs`). */
export async function readJobInStore(manager: EntityManager, id: string): Promise<JobView | undefined> {
  const hot = await manager.findOneBy(JobEntity, { id });
  const found = hot ?? (await latestRun(manager, id));
  return found ? viewOf(found, true) : undefined;
}

export async function readResultInStore(manager: EntityManager, id: string) {
  const hot = await manager.findOneBy(JobEntity, { id });
  if (hot) return { state: hot.state };
  const done = await latestRun(manager, id);
  if (!done) return undefined;
  return {
    state: done.state,
    ...(done.result === null ? {} : { result: done.result }),
    ...(done.error ? { error: done.error } : {}),
  };
}

function latestRun(manager: EntityManager, id: string): Promise<JobHistoryEntity | null> {
  return manager.findOne(JobHistoryEntity, { where: { id }, order: { run: 'DESC' } });
}

/** Newest first. Both tables give at most `limit + 1` rows by their (tenant_id, id) index; the page is merged from the two. */
export async function listJobsInStore(
  manager: EntityManager,
  query: ListJobs,
): Promise<{ items: JobView[]; next?: string }> {
  const hot = query.state === undefined || isHot(query.state);
  const done = query.state === undefined || !isHot(query.state);
  const [unfinished, finished] = await Promise.all([
    hot ? page(manager, JobEntity, query) : [],
    done ? page(manager, JobHistoryEntity, query) : [],
  ]);
  const latest = new Map<string, JobRow>();
  for (const row of [...unfinished, ...finished]) {
    const known = latest.get(row.id);
    if (!known || known.run < row.run) latest.set(row.id, row);
  }
  const merged = [...latest.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  const items = merged.slice(0, query.limit).map((row) => viewOf(row, false));
  const last = items.at(-1);
  return { items, ...(merged.length > query.limit && last ? { next: last.id } : {}) };
}

const LIST_COLUMNS = [
  'id',
  'type',
  'typeVersion',
  'state',
  'run',
  'attempt',
  'maxAttempts',
  'releases',
  'timeouts',
  'priority',
  'tags',
  'progress',
  'error',
  'worker',
  'createdAt',
  'runAt',
  'startedAt',
  'softMs',
  'hardMs',
  'queue',
  'epoch',
  'retries',
  'buries',
  'machine',
  'expiresAt',
  'dedupeKey',
  'concurrencyKey',
  'concurrencyLimit',
  'backoff',
  'retention',
];

async function page<E extends JobRow & ObjectLiteral>(
  manager: EntityManager,
  entity: new () => E,
  query: ListJobs,
): Promise<E[]> {
  const columns =
    (entity as unknown) === JobHistoryEntity ? [...LIST_COLUMNS, 'finishedAt', 'outcome', 'reason'] : LIST_COLUMNS;
  const select = manager.createQueryBuilder(entity, 'j').select(columns.map((column) => `j.${column}`));
  select.where('j.tenantId = :tenantId', { tenantId: query.tenantId });
  if (query.before) select.andWhere('j.id < :before', { before: query.before });
  if (query.type) select.andWhere('j.type = :type', { type: query.type });
  if (query.state) select.andWhere('j.state = :state', { state: query.state });
  if (query.tag) select.andWhere(':tag = any(j.tags)', { tag: query.tag });
  return select
    .orderBy('j.tenantId', 'DESC')
    .addOrderBy('j.id', 'DESC')
    .limit(query.limit + 1)
    .getMany();
}

/** A job's history, oldest first, at most 1,000 lines. */
export async function readEventsInStore(manager: EntityManager, id: string): Promise<JobEvent[]> {
  const rows = await manager.find(JobEventEntity, {
    where: { jobId: id },
    order: { at: 'ASC', epoch: 'ASC' },
    take: 1000,
  });
  return rows.map((row) => ({
    run: row.run,
    epoch: row.epoch,
    kind: row.kind,
    terminal: row.terminal,
    at: row.at.getTime(),
    ...(row.worker === null ? {} : { worker: row.worker }),
    ...(row.error ? { error: row.error } : {}),
  }));
}

const isHot = (state: JobState): boolean => (HOT_STATES as readonly JobState[]).includes(state);

function viewOf(row: JobRow, withPayload: boolean): JobView {
  const finished = 'finishedAt' in row ? row : undefined;
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
    ...(withPayload ? { payload: row.payload } : {}),
    ...(row.progress ? { progress: row.progress } : {}),
    ...(row.error ? { error: row.error } : {}),
    ...(row.worker === null ? {} : { worker: row.worker }),
    createdAt: row.createdAt.getTime(),
    ...(row.runAt ? { runAt: row.runAt.getTime() } : {}),
    ...(row.startedAt ? { startedAt: row.startedAt.getTime() } : {}),
    ...(finished ? { finishedAt: finished.finishedAt.getTime(), outcome: finished.outcome } : {}),
    softMs: row.softMs,
    hardMs: row.hardMs,
    backoff: row.backoff,
    retention: row.retention,
  };
}
