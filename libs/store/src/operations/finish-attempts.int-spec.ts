import { randomUUID } from 'node:crypto';
import { systemRuntime } from '@windlass/clock';
import type { ArtifactEntry, ClaimedJob } from '@windlass/contracts';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  addGarbage,
  appendLogsInStore,
  claimJobsInStore,
  connectDatabase,
  type Database,
  dropGarbage,
  type FinishedAttempt,
  finishAttempts,
  insertJobs,
  migrate,
  type NewJob,
  retryAttempts,
  takeDueGarbage,
  takeLeadership,
} from '../index.js';

const LEND_MS = 60_000;
const FAILED = { state: 'failed', outcome: 'failed' } as const;
const SUCCEEDED = { state: 'succeeded', outcome: 'succeeded' } as const;

describe('ends of attempts, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
  });
  afterEach(() => db.engine.query('delete from jobs; delete from garbage'));
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  const rows = async (text: string, ...values: unknown[]) => (await db.engine.query(text, values)).rows;
  const claim = async (jobId: string): Promise<ClaimedJob> => {
    const token = randomUUID();
    const place = { worker: 'w', machine: 'm', incarnation: randomUUID() };
    const request = { ...place, token, type: 'echo', versions: [1], ids: [jobId], free: 1 };
    const [job] = (await claimJobsInStore(db.engine, [request], 20_000)).get(token) ?? [];
    if (!job) throw new Error('not claimed');
    return job;
  };
  const run = async (over: Partial<NewJob> = {}): Promise<ClaimedJob> => {
    const id = systemRuntime.uuid();
    const job = { id, template: ECHO_TEMPLATE, payload: '{}', dispatched: false, ...over };
    await insertJobs(db.engine, [job], { repeated: false, markMs: 1 });
    await db.engine.query('update jobs set held = false');
    return claim(id);
  };
  const finish = (job: ClaimedJob, over: Partial<FinishedAttempt>) =>
    finishAttempts(db.engine, [{ ...job, ...SUCCEEDED, ...over }]);
  const prefixOf = ({ jobId, run: n, epoch }: ClaimedJob) => `tenants/acme/jobs/${jobId}/${n}/${epoch}/`;
  const artifact = (job: ClaimedJob): ArtifactEntry => ({
    name: 'a',
    key: `${prefixOf(job)}a`,
    size: 1,
    sha256: 'a'.repeat(64),
    etag: 'e',
    contentType: 'text/plain',
  });
  const litter = (job: ClaimedJob) => ({ ...job, prefix: prefixOf(job) });
  const due = async () => (await takeDueGarbage(db.engine, 10, LEND_MS)).map((each) => each.prefix);

  it('each counter rises at its own event, and the history keeps all that the job was given', async () => {
    const extras = { ttlMs: 60_000, dedupe: { key: 'd', onDuplicate: 'reject' as const } };
    const first = await run({ extras: { ...extras, concurrency: { key: 'k', limit: 2 } } });
    const slot = { id: first.jobId, tenantId: 'acme', queue: 'echo', type: 'echo', concurrencyKey: 'k' };
    expect(await retryAttempts(db.engine, [{ ...first, outcome: 'timed-out', delayMs: 0 }])).toEqual([slot]);
    expect(await rows('select held, timeouts, retries, buries from jobs')).toEqual([
      { held: true, timeouts: 1, retries: 1, buries: 0 },
    ]);
    await db.engine.query('update jobs set held = false');
    expect(await finish(await claim(first.jobId), FAILED)).toEqual([slot]);
    const kept = `timeouts, retries, buries, machine, dedupe_key, concurrency_key, concurrency_limit, expires_at > created_at as expires`;
    expect(await rows(`select ${kept} from job_history where id = $1`, first.jobId)).toEqual([
      {
        timeouts: 1,
        retries: 1,
        buries: 1,
        machine: 'm',
        dedupe_key: 'd',
        concurrency_key: 'k',
        concurrency_limit: 2,
        expires: true,
      },
    ]);
    const events = 'select kind, terminal, worker, machine, started_at from job_events where job_id = $1 order by at';
    expect(await rows(events, first.jobId)).toEqual([
      { kind: 'attempt-timed-out', terminal: false, worker: 'w', machine: 'm', started_at: expect.any(Date) },
      { kind: 'failed', terminal: true, worker: 'w', machine: 'm', started_at: expect.any(Date) },
    ]);
  });

  it('a drain’s abort gives the attempt back, but not the time to live: the job had started', async () => {
    const job = await run({ extras: { ttlMs: 60_000 } });
    await db.engine.query(`update jobs set expires_at = windlass_now() where id = $1`, [job.jobId]);
    await retryAttempts(db.engine, [{ ...job, outcome: 'aborted', delayMs: 0 }]);
    expect(await claim(job.jobId)).toMatchObject({ jobId: job.jobId, attempt: 1 });
  });

  it('a handler’s own cancel ends the job as cancelled with its reason, buries nothing and promotes nothing', async () => {
    const job = await run();
    await finish(job, { state: 'cancelled', outcome: 'cancelled', reason: 'pointless', litters: true });
    expect(await rows('select state, outcome, reason, buries from job_history where id = $1', job.jobId)).toEqual([
      { state: 'cancelled', outcome: 'cancelled', reason: 'pointless', buries: 0 },
    ]);
    expect(await due()).toEqual([prefixOf(job)]);
  });

  it('an attempt that stored something and did not succeed is garbage, a success never, and neither is one that stored nothing', async () => {
    const [failed, retried, good, plain] = [await run(), await run(), await run(), await run()];
    await finishAttempts(db.engine, [
      { ...failed, ...FAILED, litters: true },
      { ...good, ...SUCCEEDED, artifacts: [artifact(good)] },
      { ...plain, ...FAILED },
    ]);
    await retryAttempts(db.engine, [{ ...retried, outcome: 'failed', delayMs: 1, litters: true }]);
    expect((await due()).sort()).toEqual([prefixOf(failed), prefixOf(retried)].sort());
  });

  it('what a lost attempt stored is due later, for its zombie may still write', async () => {
    const [last, first] = [await run(), await run()];
    await db.engine.query(`update jobs set lease_until = windlass_now() - interval '1 s'`);
    const leader = await takeLeadership(db.beats, 'scheduler', 'me', 10_000);
    if (!leader) throw new Error('no leader');
    const rescue = { ...leader, litterMs: 60_000 };
    await finishAttempts(db.engine, [{ ...last, state: 'failed', outcome: 'lost' }], rescue);
    await retryAttempts(db.engine, [{ ...first, outcome: 'lost', delayMs: 0 }], rescue);
    expect(await due()).toEqual([]);
    await db.engine.query(`update garbage set due_at = due_at - interval '60 s'`);
    expect((await due()).sort()).toEqual([prefixOf(last), prefixOf(first)].sort());
  });

  it('garbage never names what was promoted, as artifact or as large result, nor what may be promoted yet', async () => {
    const [withArtifact, withResult, current, stray] = [await run(), await run(), await run(), await run()];
    await finishAttempts(db.engine, [
      { ...withArtifact, ...SUCCEEDED, artifacts: [artifact(withArtifact)] },
      { ...withResult, ...SUCCEEDED, resultFile: artifact(withResult) },
      { ...stray, ...FAILED },
    ]);
    await addGarbage(db.engine, [withArtifact, withResult, current, stray].map(litter));
    expect(await due()).toEqual([prefixOf(stray)]);
    // Written by mistake, at each depth: forgotten, not lent.
    for (const { jobId } of [withArtifact, withResult, current])
      for (const below of ['', '1/', '1/1/'])
        await db.engine.query({
          text: 'insert into garbage (id, prefix, due_at, created_at) values ($1, $2, windlass_now(), windlass_now())',
          values: [randomUUID(), `tenants/acme/jobs/${jobId}/${below}`],
        });
    expect(await due()).toEqual([]);
    expect(await rows('select prefix from garbage')).toEqual([{ prefix: prefixOf(stray) }]);
  });

  it('garbage is lent to one at a time, comes again when it is not confirmed, and is gone when it is', async () => {
    const jobs = [await run(), await run(), await run()];
    await finishAttempts(
      db.engine,
      jobs.map((job) => ({ ...job, ...FAILED, litters: true })),
    );
    const shares = await Promise.all([1, 2].map(() => takeDueGarbage(db.engine, 2, LEND_MS)));
    const lent = [...shares.flat(), ...(await takeDueGarbage(db.engine, 10, LEND_MS))].map((each) => each.prefix);
    expect(lent.sort()).toEqual(jobs.map(prefixOf).sort());
    await db.engine.query('update garbage set due_at = windlass_now()');
    const again = await takeDueGarbage(db.engine, 10, LEND_MS);
    expect(again).toHaveLength(3);
    await dropGarbage(
      db.engine,
      again.map((each) => each.id),
    );
    expect(await rows('select 1 from garbage')).toEqual([]);
  });

  it('the table itself refuses a prefix that names more than one job', async () => {
    for (const prefix of ['', 'tenants/', 'tenants/acme/', 'tenants/acme/jobs/', 'tenants/acme/files/', 'x/y/z/'])
      await expect(
        rows(`insert into garbage values ($1, $2, windlass_now(), windlass_now())`, randomUUID(), prefix),
      ).rejects.toMatchObject({ code: '23514' });
  });

  it('log lines are added once, whatever is repeated, and a foreign token adds none', async () => {
    const job = await run();
    const line = (seq: number, message = 'hello') => ({
      seq,
      at: 1_700_000_000_123,
      level: 'info' as const,
      source: 'stdout',
      message,
    });
    const append = (token: string, ...lines: ReturnType<typeof line>[]) =>
      appendLogsInStore(db.engine, [{ ...job, token, lines }]);
    expect(await append(job.token, line(1), line(2, 'bad \u0000 \ud800'))).toEqual([true]);
    expect(await append(job.token, line(2, 'other'), line(3), line(3))).toEqual([true]);
    expect(await append(randomUUID(), line(4))).toEqual([false]);
    expect(await rows('select seq, message, at from job_logs where job_id = $1 order by seq', job.jobId)).toEqual([
      { seq: 1, message: 'hello', at: new Date(1_700_000_000_123) },
      { seq: 2, message: 'bad \ufffd \ufffd', at: new Date(1_700_000_000_123) },
      { seq: 3, message: 'hello', at: new Date(1_700_000_000_123) },
    ]);
    await finish(job, {});
    expect(await append(job.token, line(5))).toEqual([false]);
  });
});
