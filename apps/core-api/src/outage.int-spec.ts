import { randomUUID } from 'node:crypto';
import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import {
  announceWorker,
  announceWorkerReply,
  claimJobs,
  claimJobsReply,
  RPC,
  reportAttempts,
  reportAttemptsReply,
  type SubmitItem,
  submitJobs,
  submitJobsReply,
  type TypeDeclaration,
} from '@windlass/contracts';
import { createLogger, RpcClient, type RunningService } from '@windlass/service-kit';
import { connectDatabase, type Database, migrate } from '@windlass/store';
import { ECHO_DECLARATION, freshDatabase, TcpProxy, waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCore } from './create-core.js';

const TYPE: TypeDeclaration = ECHO_DECLARATION;

describe('core while PostgreSQL is away', () => {
  const hub = createInProcessHub();
  const broker = hub.connect();
  const gateway = new RpcClient(broker, RPC.coreForGateway, { timeoutMs: 20_000 });
  const worker = new RpcClient(broker, RPC.coreForWorker, { timeoutMs: 20_000 });
  const incarnation = randomUUID();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let proxy: TcpProxy;
  let db: Database;
  let core: RunningService;
  /** What happens to the statement that inserts jobs. */
  let onInsert: (run: () => Promise<unknown>) => Promise<unknown> = (run) => run();

  beforeAll(async () => {
    database = await freshDatabase();
    const direct = new URL(database.url);
    proxy = await TcpProxy.open({ host: direct.hostname, port: Number(direct.port) });
    const through = (url: string) =>
      Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) }).href;
    const { engineUrl, readerUrl } = database.urls;
    await migrate(database.urls);
    const urls = { engineUrl: through(engineUrl), readerUrl: through(readerUrl) };
    const opened = await connectDatabase({ ...urls, applicationName: 'test' });
    const query = (statement: { name?: string }) => {
      const run = () => opened.engine.query(statement as never) as unknown as Promise<unknown>;
      return /^insert-(keyed-)?jobs/.test(statement.name ?? '') ? onInsert(run) : run();
    };
    db = { ...opened, engine: { query } as unknown as Database['engine'] };
    const logger = createLogger({ service: 'core-api', level: 'silent' as never, format: 'json', machine: 'test' });
    core = await createCore(
      { leaseMs: 20_000, healthPort: 0, healthHost: '127.0.0.1' },
      { db, broker: hub.connect(), runtime: systemRuntime, logger },
    );
    await worker.call(announceWorker, announceWorkerReply, { worker: 'w', incarnation, types: [TYPE] });
  });
  afterEach(async () => {
    proxy.setReachable(true);
    onInsert = (run) => run();
    await waitFor(
      () =>
        stored('none')
          .catch(() => undefined)
          .then((count) => count === 0),
      { what: 'PostgreSQL to be back' },
    );
  });
  afterAll(async () => {
    await core?.stop();
    await db?.close();
    await broker.close();
    await proxy?.close();
    await database?.drop();
  });

  const item = (over: Partial<SubmitItem> = {}): SubmitItem => ({
    tenantId: 'acme',
    type: 'echo',
    payload: '1',
    ...over,
  });
  const submit = async (...items: SubmitItem[]) => (await gateway.call(submitJobs, submitJobsReply, { items })).items;
  const stored = async (key: string) => {
    const found = await db.engine.query({
      name: 'stored',
      text: 'select 1 from idempotency_keys where key = $1',
      values: [key],
    });
    return found.rowCount;
  };

  it('a report is answered as retryable however often it comes, and is recorded as it was once PostgreSQL is back', async () => {
    const [accepted] = await submit(item());
    const id = accepted && 'id' in accepted ? accepted.id : '';
    const claim = { worker: 'w', incarnation, token: randomUUID(), type: 'echo', versions: [1], ids: [id], free: 1 };
    // Passed over while it is being handed over: its row is locked for a moment.
    const { jobId, run, epoch, token } = await waitFor(
      async () => (await worker.call(claimJobs, claimJobsReply, claim)).jobs[0],
      { what: 'the claim' },
    );
    const report = () =>
      worker.call(reportAttempts, reportAttemptsReply, {
        worker: 'w',
        incarnation,
        items: [{ jobId, run, epoch, token, outcome: 'succeeded', result: '1', durationMs: 1 }],
      });
    proxy.setReachable(false);
    // A "bug" would make the worker believe that its result cannot be stored, and report a failure in its place.
    for (let n = 0; n < 3; n += 1) await expect(report()).rejects.toMatchObject({ kind: 'retryable' });
    proxy.setReachable(true);
    const answer = await waitFor(() => report().catch(() => undefined), { what: 'PostgreSQL to be back' });
    expect(answer.items).toMatchObject([{ jobId, status: 'recorded' }]);
  });

  it('an unknown type fails alone and as retryable; its neighbours have answers of their own', async () => {
    proxy.setReachable(false);
    // For a moment core still knows from its copy that there is no such type.
    const [unknown, known] = await waitFor(
      async () => {
        const [first, second] = await submit(item({ type: 'nope' }), item());
        return first && 'problem' in first && first.problem.status === 503 ? [first, second] : undefined;
      },
      { what: 'the copy of the types to be old' },
    );
    expect(unknown).toMatchObject({ problem: { code: 'submit.not-accepted' } });
    expect(known).toMatchObject({ problem: { status: 503 } });
  });

  it('not-accepted is said of a job that was not stored for certain, and of no other', async () => {
    onInsert = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));
    const [refused] = await submit(item({ idempotencyKey: 'refused', fingerprint: 'f' }));
    expect(refused).toMatchObject({ problem: { code: 'submit.not-accepted', status: 503 } });
    expect(await stored('refused')).toBe(0);

    onInsert = (run) => run().then(() => Promise.reject(new Error('Connection terminated unexpectedly')));
    const [unknown] = await submit(item({ idempotencyKey: 'unknown', fingerprint: 'f' }));
    expect(unknown).toMatchObject({ problem: { code: 'store.unavailable', status: 503 } });
    expect(await stored('unknown')).toBe(1);
    onInsert = (run) => run();
    expect(await submit(item({ idempotencyKey: 'unknown', fingerprint: 'f' }))).toMatchObject([{ created: false }]);
  });
});
