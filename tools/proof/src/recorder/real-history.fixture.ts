import { randomUUID } from 'node:crypto';
import { systemRuntime } from '@windlass/clock';
import {
  cancelJobsInStore,
  claimJobsInStore,
  connectDatabase,
  type FinishedAttempt,
  finishAttempts,
  insertJobs,
  type LeaderTerm,
  migrate,
  replayJobsInStore,
  retryAttempts,
  runTransaction,
  takeLeadership,
} from '@windlass/store';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import pg from 'pg';
import { checkHistory } from '../check/check-history.js';
import type { ClientOperation, FaultSpan, SinkLine } from '../history.js';
import { clearRecorder, installRecorder, type Query } from './install-recorder.js';
import { readHistoryRows } from './read-history-rows.js';

/** Short, so that a rescue need not be waited for long. */
const LEASE_MS = 300;
export type Claimed = Awaited<ReturnType<typeof claimJobsInStore>> extends Map<string, (infer J)[]> ? J : never;

/** A recorded database, a core and two schedulers connected to it as the services are, and what a driver and a sink would note. */
export async function openRecorded() {
  const database = await freshDatabase();
  await migrate(database.urls);
  const connectOwner = async () => {
    const client = new pg.Client({
      connectionString: database.url,
      query_timeout: 20_000,
      connectionTimeoutMillis: 10_000,
    });
    await client.connect();
    return client;
  };
  const owner = await connectOwner();
  const query: Query = (text, values) => owner.query(text, values);
  await installRecorder(query);
  const connect = (applicationName: string) => connectDatabase({ ...database.urls, applicationName });
  const [core, scheduler, other] = await Promise.all(['core-api-1', 'scheduler-1', 'scheduler-2'].map(connect));
  if (!core || !scheduler || !other) throw new Error('not connected');
  const operations: ClientOperation[] = [];
  const sink: SinkLine[] = [];
  const faults: FaultSpan[] = [];

  const submit = async (extras?: Parameters<typeof insertJobs>[1][number]['extras']) => {
    const [id, key] = [systemRuntime.uuid(), randomUUID()];
    const fromMs = Date.now();
    const payload = JSON.stringify({ key });
    const job = {
      id,
      template: ECHO_TEMPLATE,
      payload,
      dispatched: false,
      key: { value: key, fingerprint: 'f' },
      ...(extras && { extras }),
    };
    await insertJobs(core.engine, [job], { repeated: false, markMs: 60_000 });
    operations.push({ op: 'submit', outcome: 'ok', key, jobId: id, status: 202, fromMs, toMs: Date.now() });
    return id;
  };
  const claim = async (id: string, worker = 'worker-1'): Promise<Claimed> => {
    const token = randomUUID();
    const asked = {
      worker,
      machine: 'm',
      incarnation: randomUUID(),
      token,
      type: 'echo',
      versions: [1],
      ids: [id],
      free: 1,
    };
    const [job] = (await claimJobsInStore(core.engine, [asked], LEASE_MS)).get(token) ?? [];
    if (!job) throw new Error(`${id} was not granted`);
    return job;
  };
  /** The handler's own lines; answers its run's id. */
  const handle = (job: Claimed, plan: string, worker = 'worker-1') => {
    const line = { jobId: job.jobId, attempt: job.attempt, runId: randomUUID(), worker, plan, atMs: Date.now() };
    sink.push({ what: 'start', ...line });
    if (plan !== 'hang') sink.push({ what: 'end', ...line });
    return line.runId;
  };
  const finish = (job: Claimed, runId: string, over: Partial<FinishedAttempt> = {}) =>
    finishAttempts(core.engine, [
      { ...job, state: 'succeeded', outcome: 'succeeded', result: JSON.stringify({ runId }), ...over },
    ]);
  const succeed = async (id: string, worker = 'worker-1') => {
    const job = await claim(id, worker);
    const runId = handle(job, 'ok', worker);
    await finish(job, runId);
    return { job, runId };
  };
  const retry = (job: Claimed, outcome: 'failed' | 'aborted', delayMs = 0) =>
    retryAttempts(core.engine, [{ ...job, outcome, error: { class: 'Error', message: 'no' }, delayMs }]);
  const lead = async (db = scheduler, name = 'scheduler-1', ttlMs = 60_000): Promise<LeaderTerm> => {
    const term = await takeLeadership(db.beats, 'scheduler', `${name}-7-abc`, ttlMs);
    if (!term) throw new Error('another leads');
    return term;
  };
  const rescue = (job: Claimed, term: LeaderTerm, db = scheduler) =>
    retryAttempts(db.engine, [{ ...job, outcome: 'lost', delayMs: 0 }], { ...term, litterMs: 1 });
  const cancel = (id: string) => cancelJobsInStore(core.engine, [{ tenantId: 'acme', id, actor: 'ann' }]);
  const replay = async (id: string) => {
    await runTransaction(core.engine, 1_000, (tx) => replayJobsInStore(tx, [{ tenantId: 'acme', id, actor: 'ann' }]));
    operations.push({ op: 'replay', outcome: 'ok', jobId: id, status: 202, fromMs: 0, toMs: 0 });
  };
  const verdict = async () => {
    const rows = await readHistoryRows(query);
    return checkHistory({ seed: 1, leaseMs: LEASE_MS, operations, sink, faults, ...rows });
  };
  const clean = async () => {
    for (const table of [
      'jobs',
      'job_history',
      'job_events',
      'job_logs',
      'artifacts',
      'idempotency_keys',
      'stopping_attempts',
      'leaders',
      'queue_deltas',
      'queue_counts',
    ])
      await query(`delete from windlass.${table}`);
    await query('delete from windlass.queue_deltas');
    await clearRecorder(query);
    for (const list of [operations, sink, faults]) list.length = 0;
  };
  const close = async () => {
    await Promise.all([core.close(), scheduler.close(), other.close()]);
    await owner.end();
    await database.drop();
  };
  return {
    query,
    connectOwner,
    core,
    scheduler,
    other,
    faults,
    submit,
    claim,
    handle,
    finish,
    succeed,
    retry,
    lead,
    rescue,
    cancel,
    replay,
    verdict,
    clean,
    close,
  };
}

export type Recorded = Awaited<ReturnType<typeof openRecorded>>;
