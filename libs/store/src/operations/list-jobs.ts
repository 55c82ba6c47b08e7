import type { JobState, JobView, ListJobs } from '@windlass/contracts';
import { HOT_STATES } from '@windlass/lifecycle';
import type { EntityManager, ObjectLiteral } from 'typeorm';
import { JobEntity, JobHistoryEntity } from '../entities/index.js';
import { type JobRow, viewsOf } from './view-of-job.js';

/**
 * Newest first, each job by its latest run. Both tables give at most `limit + 1` rows by their (tenant_id, id) index, no id twice; the
 * page is merged from the two, so a full one of either means that there is a next page.
 */
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
  const items = await viewsOf(manager, merged.slice(0, query.limit), false);
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

/** As scalar subqueries: they are looked up row by row, while a join might read the whole table. */
const IS_LAST_RUN = 'j.run >= (select max(n.run) from job_history n where n.tenant_id = j.tenantId and n.id = j.id)';
const RUNS_NO_MORE = '(select count(*) from jobs n where n.id = j.id) = 0';

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
  if (query.queue) select.andWhere('j.queue = :queue', { queue: query.queue });
  if ((entity as unknown) === JobHistoryEntity) {
    select.andWhere(IS_LAST_RUN);
    // Else the hot row, which is read as well, takes its place.
    if (query.state) select.andWhere(RUNS_NO_MORE);
  }
  return select
    .orderBy('j.tenantId', 'DESC')
    .addOrderBy('j.id', 'DESC')
    .limit(query.limit + 1)
    .getMany();
}

const isHot = (state: JobState): boolean => (HOT_STATES as readonly JobState[]).includes(state);
