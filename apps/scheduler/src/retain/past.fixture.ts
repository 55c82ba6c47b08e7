import { randomUUID } from 'node:crypto';
import { ManualRuntime } from '@windlass/clock';
import type { Retention } from '@windlass/contracts';
import { createLogger } from '@windlass/service-kit';
import {
  appendLogsInStore,
  claimJobsInStore,
  connectDatabase,
  finishAttempts,
  insertJobs,
  type LeaderTerm,
  migrate,
  preparePartitions,
  takeDueGarbage,
  takeLeadership,
} from '@windlass/store';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';

const DAY_MS = 86_400_000;
/** Of a Wednesday, so that a day more or less stays within the week. */
export const OLD_DAYS = 60 + ((new Date().getUTCDay() + 4 - (60 % 7) + 7) % 7);
/** What is there of a finished job, and of one that is gone. */
export const ALL = { history: 1, events: 1, logs: 1, artifacts: 0 };
export const NONE = { history: 0, events: 0, logs: 0, artifacts: 0 };

/** A database whose clock can be turned to the past, where jobs may run and end; and the term of a leader who drops them. */
export async function openPast() {
  const database = await freshDatabase();
  await migrate(database.urls);
  const db = await connectDatabase({ ...database.urls, applicationName: 'test' });
  /** The owner, who may turn the clock and look everywhere. */
  const owner = await connectDatabase({ ...database.urls, engineUrl: database.url, applicationName: 'test' });
  const term = (await takeLeadership(db.beats, 'scheduler', 'me', 1_000 * DAY_MS)) as LeaderTerm;
  const logger = createLogger({ service: 'scheduler', level: 'error', format: 'json', machine: 'test' });

  /** The clock of the database, some days from now. */
  const at = (days: number) =>
    owner.engine.query(
      `create or replace function windlass_now() returns timestamptz language sql volatile as 'select clock_timestamp() + interval ''${days} days'''`,
    );
  const rows = async (text: string, ...values: unknown[]) => (await owner.engine.query(text, values)).rows;
  const newId = (days: number) =>
    new ManualRuntime({ startMs: Date.now() + days * DAY_MS, seed: Math.random() * 2 ** 32 }).uuid();
  const insert = async (days: number, retention: Retention) => {
    await at(days);
    const id = newId(days);
    const template = { ...ECHO_TEMPLATE, retention };
    await insertJobs(db.engine, [{ id, template, payload: '{}', dispatched: false }], { repeated: false, markMs: 1 });
    return id;
  };
  const claim = async (id: string) => {
    const [token, incarnation] = [randomUUID(), randomUUID()];
    const request = { worker: 'w', incarnation, token, type: 'echo', versions: [1], ids: [id], free: 1 };
    const [job] = (await claimJobsInStore(db.engine, [request], 20_000)).get(token) ?? [];
    if (!job) throw new Error('not claimed');
    const line = { seq: 1, at: 1, level: 'info' as const, source: 'handler', message: 'm' };
    await appendLogsInStore(db.engine, [{ ...job, lines: [line] }]);
    return job;
  };
  const stored = (jobId: string) => ({
    name: 'a',
    key: `tenants/acme/jobs/${jobId}/1/1/a`,
    size: 1,
    sha256: 'a'.repeat(64),
    etag: 'e',
    contentType: 'text/plain',
  });
  const finish = async (id: string, how: { artifact?: boolean; file?: boolean } = {}) => {
    const job = await claim(id);
    const files = {
      ...(how.artifact ? { artifacts: [stored(id)] } : {}),
      ...(how.file ? { resultFile: stored(id) } : {}),
    };
    await finishAttempts(db.engine, [{ ...job, state: 'succeeded', outcome: 'succeeded', ...files }]);
    return id;
  };
  const counts = async (id: string) =>
    (
      await rows(
        `select (select count(*)::int from job_history where id = $1) as history, (select count(*)::int from job_events where job_id = $1) as events,
           (select count(*)::int from job_logs where job_id = $1) as logs, (select count(*)::int from artifacts where job_id = $1) as artifacts`,
        id,
      )
    )[0];
  const weeks = async (table: string) =>
    (await rows(`select relname from pg_class where relname ~ ('^' || $1 || '_[0-9]+$') order by 1`, table)).map(
      (row) => row.relname.slice(-8) as string,
    );
  const weekOf = async (days: number) =>
    (
      await rows(
        `select to_char(date_trunc('week', clock_timestamp() + $1 * interval '1 day', 'UTC') at time zone 'UTC', 'YYYYMMDD') as week`,
        days,
      )
    )[0].week as string;
  const garbage = async () => (await takeDueGarbage(db.engine, 100, 1_000)).map((each) => each.prefix).sort();

  /** No jobs, and the partitions as if the platform had been there at the time. */
  const empty = async () => {
    await owner.engine.query(
      'truncate jobs, job_history, job_events, job_logs, artifacts, garbage, files, audit_log, job_actions',
    );
    for (const days of [-OLD_DAYS, -30, -20, -7]) {
      await at(days);
      await preparePartitions(db.engine, 0);
    }
    await at(0);
  };
  const close = async () => {
    await owner.close();
    await db.close();
    await database.drop();
  };
  return {
    ...{ db, owner, term, logger },
    ...{ at, rows, newId, insert, claim, finish, counts, weeks, weekOf, garbage },
    ...{ empty, close },
  };
}

export type Past = Awaited<ReturnType<typeof openPast>>;
