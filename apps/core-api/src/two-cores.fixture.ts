import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
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

const TYPE: TypeDeclaration = ECHO_DECLARATION;

/**
 * Two cores with a database each on one PostgreSQL, without a scheduler: what goes on here goes on at once. One gateway and one worker
 * ask them; a hub deals requests out in turn. `messages` are the ids that were handed over, in order.
 */
export async function openCores() {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const database = await freshDatabase();
  await migrate(database.urls);
  const logger = createLogger({ service: 'core-api', level: 'error', format: 'json', machine: 'test' });
  const connect = () => connectDatabase({ ...database.urls, applicationName: 'test' });
  const databases = [await connect(), await connect()];
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
  const incarnation = randomUUID();
  const messages: string[] = [];

  const announce = (types: TypeDeclaration[]) =>
    worker.call(announceWorker, announceWorkerReply, { worker: 'w', incarnation, types });
  const item = (over: Partial<SubmitItem> = {}): SubmitItem => ({
    tenantId: 'acme',
    type: 'echo',
    payload: '{}',
    ...over,
  });
  const submit = async (...items: Partial<SubmitItem>[]) =>
    (await gateway.call(submitJobs, submitJobsReply, { items: items.map(item) })).items;
  const accepted = async (...items: Partial<SubmitItem>[]) =>
    (await submit(...items)).map((outcome) => {
      if ('problem' in outcome) throw new Error(JSON.stringify(outcome.problem));
      return outcome.id;
    });
  const claim = async (ids: string[], free = ids.length): Promise<ClaimedJob[]> => {
    const asked = { worker: 'w', incarnation, token: randomUUID(), type: 'echo', versions: [1], ids, free };
    return (await worker.call(claimJobs, claimJobsReply, asked)).jobs;
  };
  const finish = async (jobs: ClaimedJob[]) => {
    const items = jobs.map(({ jobId, run, epoch, token }) => {
      return { jobId, run, epoch, token, outcome: 'succeeded' as const, result: '{}', durationMs: 1 };
    });
    await worker.call(reportAttempts, reportAttemptsReply, { worker: 'w', incarnation, items });
  };

  await announce([TYPE]);
  await worker.call(beatWorker, beatWorkerReply, {
    worker: 'w',
    incarnation,
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
        await finish([job]);
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
    broker,
    gateway,
    messages,
    announce,
    submit,
    accepted,
    claim,
    finish,
    work,
    clean,
    close,
    databases,
    db: databases[0] as (typeof databases)[number],
  };
}

export type Cores = Awaited<ReturnType<typeof openCores>>;
