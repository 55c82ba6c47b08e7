import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
  type AttemptReport,
  announceWorker,
  announceWorkerReply,
  beatWorker,
  beatWorkerReply,
  type ClaimedJob,
  claimJobs,
  claimJobsReply,
  dispatchJobs,
  RPC,
  reportAttempts,
  reportAttemptsReply,
  type SubmitItem,
  submitJobs,
  submitJobsReply,
  type TypeDeclaration,
} from '@windlass/contracts';
import { createLogger, RpcClient } from '@windlass/service-kit';
import { connectDatabase, migrate } from '@windlass/store';
import { ECHO_DECLARATION, freshDatabase } from '@windlass/testing';
import { createCore } from './create-core.js';

/**
 * Cores with a connection pool each to one PostgreSQL, without a scheduler: what goes on here goes on at once. One gateway and one worker
 * ask them; a hub deals requests out in turn. `messages` are the ids that were handed over, in order. `type` is the echo that the worker
 * announces.
 */
export async function openCores({ count = 2, type = ECHO_DECLARATION as TypeDeclaration } = {}) {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const database = await freshDatabase();
  await migrate(database.urls);
  const logger = createLogger({ service: 'core-api', level: 'error', format: 'json', machine: 'test' });
  const connect = () => connectDatabase({ ...database.urls, applicationName: 'test' });
  const databases = await Promise.all(Array.from({ length: count }, connect));
  const cores = await Promise.all(
    databases.map((db) =>
      createCore(
        { leaseMs: 20_000, healthPort: 0, healthHost: '127.0.0.1' },
        { db, broker: hub.connect(), runtime: systemRuntime, logger },
      ),
    ),
  );
  const gateway = new RpcClient(broker, RPC.coreForGateway, { timeoutMs: 5_000 });
  const worker = new RpcClient(broker, RPC.coreForWorker, { timeoutMs: 5_000 });
  const sender = { worker: 'w', incarnation: randomUUID() };
  const messages: string[] = [];

  const announce = (types: TypeDeclaration[]) => worker.call(announceWorker, announceWorkerReply, { ...sender, types });
  const item = (over: Partial<SubmitItem> = {}): SubmitItem => ({
    tenantId: 'acme',
    type: 'echo',
    payload: '{"n":1}',
    ...over,
  });
  const submit = async (...items: Partial<SubmitItem>[]) =>
    (await gateway.call(submitJobs, submitJobsReply, { items: items.map(item) })).items;
  const accepted = async (...items: Partial<SubmitItem>[]) =>
    (await submit(...items)).map((outcome) => {
      if ('problem' in outcome) throw new Error(JSON.stringify(outcome.problem));
      return outcome.id;
    });
  const claim = async (
    ids: string[],
    { free = ids.length, token = randomUUID() as string, type: claimed = 'echo' } = {},
  ): Promise<ClaimedJob[]> => {
    const asked = { ...sender, token, type: claimed, versions: [1], ids, free };
    return (await worker.call(claimJobs, claimJobsReply, asked)).jobs;
  };
  /** One report of all; `over` changes each. Answers what was said of each. */
  const report = async (jobs: ClaimedJob[], over: Partial<AttemptReport> = {}) => {
    const items = jobs.map(({ jobId, run, epoch, token }): AttemptReport => {
      return { jobId, run, epoch, token, outcome: 'succeeded', result: '{"ok":true}', durationMs: 1, ...over };
    });
    return (await worker.call(reportAttempts, reportAttemptsReply, { ...sender, items })).items.map(
      (each) => each.status,
    );
  };

  await announce([type]);
  await worker.call(beatWorker, beatWorkerReply, {
    ...sender,
    attempts: [],
    presence: {
      host: 'h',
      pid: 1,
      version: '1',
      draining: false,
      types: [{ type: 'echo', version: 1, slots: 8, busy: 0 }],
    },
  });
  const handler: { onIds?: (ids: string[]) => void } = {};
  await broker.consume('echo', { prefetch: 1_000 }, (delivery) => {
    const { ids } = dispatchJobs.decode(delivery.body);
    messages.push(...ids);
    handler.onIds?.(ids);
    delivery.ack();
  });

  /** From here on a worker runs what it is handed. Answers what it has seen: jobs that ended, and the most that ran at a time. */
  const work = () => {
    const seen = { done: [] as string[], most: 0, running: 0 };
    handler.onIds = async (ids) => {
      const jobs = await claim(ids);
      seen.running += jobs.length;
      seen.most = Math.max(seen.most, seen.running);
      for (const job of jobs) {
        // Not running any more from before the report: what it makes room for may come in before its answer.
        seen.running -= 1;
        await report([job]);
        seen.done.push(job.jobId);
      }
    };
    return seen;
  };
  const clean = async () => {
    delete handler.onIds;
    for (const table of ['jobs', 'stopping_attempts', 'queues', 'idempotency_keys'])
      await databases[0]?.engine.query(`delete from ${table}`);
    messages.splice(0);
  };
  const close = async () => {
    for (const core of cores) await core.stop();
    for (const db of databases) await db.close();
    await broker.close();
    await database.drop();
  };
  return {
    hub,
    broker,
    gateway,
    worker,
    sender,
    messages,
    announce,
    submit,
    accepted,
    claim,
    report,
    work,
    clean,
    close,
    databases,
    db: databases[0] as (typeof databases)[number],
  };
}

export type Cores = Awaited<ReturnType<typeof openCores>>;
