import { randomUUID } from 'node:crypto';
import type { ClaimedJob, ClaimJobs } from '@windlass/contracts';
import { ECHO_TEMPLATE, freshDatabase, waitFor } from '@windlass/testing';
import type pg from 'pg';
import {
  claimJobsInStore,
  connectDatabase,
  type Database,
  finishAttempts,
  insertJobs,
  type JobExtras,
  type JobTemplate,
  type LeaderTerm,
  migrate,
  type NewJob,
  refillLane,
  takeLeadership,
} from '../index.js';

/** A migrated database with two connected engines, as two cores have them, and what specs of operations do again and again. */
export async function openEngine() {
  const database = await freshDatabase();
  await migrate(database.urls);
  const connect = (name: string) => connectDatabase({ ...database.urls, applicationName: name });
  const [db, other] = await Promise.all([connect('one'), connect('two')]);
  let sequence = 0;

  const jobOf = (extras?: JobExtras, over: Partial<JobTemplate> = {}): NewJob => ({
    id: `01900000-0000-7000-8000-${String(++sequence).padStart(12, '0')}`,
    template: { ...ECHO_TEMPLATE, ...over },
    payload: '{}',
    dispatched: false,
    ...(extras && { extras }),
  });
  const insert = async (count: number, extras?: JobExtras, over: Partial<JobTemplate> = {}) => {
    const jobs = Array.from({ length: count }, () => jobOf(extras, over));
    await insertJobs(db.engine, jobs, { repeated: false, markMs: 60_000 });
    return jobs.map((job) => job.id);
  };
  const request = (ids: string[], over: Partial<ClaimJobs> = {}): ClaimJobs => ({
    worker: 'w',
    incarnation: randomUUID(),
    token: randomUUID(),
    type: 'echo',
    versions: [1],
    ids,
    free: 200,
    ...over,
  });
  const claimFull = async (ids: string[], from: Database = db): Promise<ClaimedJob[]> => {
    const asked = request(ids);
    return (await claimJobsInStore(from.engine, [asked], 20_000)).get(asked.token) ?? [];
  };
  const claim = async (ids: string[], from: Database = db) => (await claimFull(ids, from)).map((job) => job.jobId);
  const finish = (jobs: ClaimedJob[], from: Database = db) =>
    finishAttempts(
      from.engine,
      jobs.map((job) => ({ ...job, state: 'succeeded', outcome: 'succeeded' })),
    );
  const refill = (window = 100, queue = 'echo', from: Database = db) =>
    refillLane(from.engine, { queue, type: 'echo' }, { window, markMs: 60_000 });
  const query = async <R extends object>(text: string, values: unknown[] = []) =>
    (await db.engine.query(text, values)).rows as R[];
  const lead = async (): Promise<LeaderTerm> => {
    const term = await takeLeadership(db.beats, 'scheduler', 'test', 60_000);
    if (!term) throw new Error('another leads');
    return term;
  };
  const waiting = () =>
    waitFor(
      async () =>
        (await query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))
          .length > 0,
      { what: 'a statement to wait for a lock' },
    );
  const clean = async () => {
    for (const table of ['jobs', 'stopping_attempts', 'queues', 'idempotency_keys'])
      await query(`delete from ${table}`);
  };
  const close = async () => {
    await Promise.all([db.close(), other.close()]);
    await database.drop();
  };
  return {
    ownerUrl: database.url,
    db,
    other,
    jobOf,
    insert,
    request,
    claim,
    claimFull,
    finish,
    refill,
    query,
    lead,
    waiting,
    clean,
    close,
  };
}

/** A pool whose transactions stop before their commit: `reached` resolves there, `release` lets them go on. */
export function stopAtCommit(pool: pg.Pool) {
  const gate = { reached: () => {}, release: () => {} };
  const reached = new Promise<void>((resolve) => {
    gate.reached = resolve;
  });
  const released = new Promise<void>((resolve) => {
    gate.release = resolve;
  });
  const stopped: pg.Pool = Object.create(pool, {
    connect: {
      value: async () => {
        const client = await pool.connect();
        const query = async (statement: unknown) => {
          if (statement === 'commit') {
            gate.reached();
            await released;
          }
          return client.query(statement as never);
        };
        return Object.create(client, { query: { value: query }, release: { value: () => client.release() } });
      },
    },
    query: { value: (statement: unknown) => pool.query(statement as never) },
  });
  return { pool: stopped, reached, release: () => gate.release() };
}

export type Engine = Awaited<ReturnType<typeof openEngine>>;
