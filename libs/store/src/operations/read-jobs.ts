import type { ArtifactEntry, AttemptError, JobState, JobView } from '@windlass/contracts';
import type { EntityManager } from 'typeorm';
import { JobEntity, JobHistoryEntity } from '../entities/index.js';
import { viewsOf } from './view-of-job.js';

/** A job's latest run, wherever it stands. `manager` is bound to the tenant (see `Sources.readAs`), here and below. */
export async function readJobInStore(manager: EntityManager, id: string): Promise<JobView | undefined> {
  const row = (await manager.findOneBy(JobEntity, { id })) ?? (await latestRun(manager, id));
  if (!row) return undefined;
  const [view] = await viewsOf(manager, [row], true);
  return view;
}

export interface StoredResult {
  state: JobState;
  /** JSON text. */
  result?: string;
  resultFile?: ArtifactEntry;
  error?: AttemptError;
}

/** Of the latest run. */
export async function readResultInStore(manager: EntityManager, id: string): Promise<StoredResult | undefined> {
  const hot = await manager.findOne(JobEntity, { where: { id }, select: { id: true, state: true } });
  if (hot) return { state: hot.state };
  const done = await latestRun(manager, id);
  if (!done) return undefined;
  return {
    state: done.state,
    ...(done.result === null ? {} : { result: done.result }),
    ...(done.resultFile ? { resultFile: done.resultFile } : {}),
    ...(done.error ? { error: done.error } : {}),
  };
}

function latestRun(manager: EntityManager, id: string): Promise<JobHistoryEntity | null> {
  return manager.findOne(JobHistoryEntity, { where: { id }, order: { run: 'DESC' } });
}

/** What a reader of logs or events must know of a job before it looks there. */
export interface JobStanding {
  retention: string;
  /** Its last run has ended, with whatever state. */
  finished: boolean;
  /** An attempt of a cancelled run goes on. */
  stopping: boolean;
}

export async function readStandingInStore(manager: EntityManager, id: string): Promise<JobStanding | undefined> {
  const [row] = await manager.query<JobStanding[]>(
    `select retention, finished, exists (select from stopping_attempts s where s.job_id = $1) as stopping from (
       (select retention, false as finished from jobs where id = $1)
       union all (select retention, true from job_history where id = $1 limit 1)
     ) places order by finished limit 1`,
    [id],
  );
  return row;
}
