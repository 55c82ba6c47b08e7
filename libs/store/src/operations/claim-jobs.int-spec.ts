import { randomUUID } from 'node:crypto';
import type { ClaimJobs } from '@windlass/contracts';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  claimJobsInStore,
  connectDatabase,
  type Database,
  insertJobs,
  type JobTemplate,
  type Lane,
  migrate,
  preparePartitions,
  refillLane,
} from '../index.js';

const TEMPLATE: JobTemplate = ECHO_TEMPLATE;
const LANE: Lane = { queue: 'echo', type: 'echo' };

describe('hand-over and claim, on a real PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let sequence = 0;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
  });
  afterEach(() => db.engine.query('delete from jobs'));
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  const insert = async (count: number, over: { payload?: string; version?: number } = {}) => {
    const template = { ...TEMPLATE, typeVersion: over.version ?? 1 };
    const jobs = Array.from({ length: count }, () => ({
      id: `01900000-0000-7000-8000-${String(++sequence).padStart(12, '0')}`,
      template,
      payload: over.payload ?? '{}',
      dispatched: false,
    }));
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
  const claim = async (...requests: ClaimJobs[]) => {
    const byToken = await claimJobsInStore(db.engine, requests, 20_000);
    return requests.map((each) => (byToken.get(each.token) ?? []).map((job) => job.jobId));
  };
  const marks = async () => {
    const text = `select id, extract(epoch from dispatch_until - windlass_now())::float8 * 1000 as ms from jobs where state = 'queued' order by id`;
    return (await db.engine.query<{ id: string; ms: number | null }>(text)).rows;
  };

  it('a repeated claim gets what it holds, also when another request in the same flush names the job before it', async () => {
    const ids = await insert(1);
    const first = request(ids);
    expect(await claim(first)).toEqual([ids]);
    // The answer was lost; a duplicate of the job message has reached another worker meanwhile.
    expect(await claim(request(ids), first)).toEqual([[], ids]);
  });

  it('one claim grants no more than one answer can carry; the rest is due again', async () => {
    const ids = await insert(6, { payload: JSON.stringify('x'.repeat(1_000_000)) });
    await refillLane(db.engine, LANE, { window: 100, markMs: 60_000 });
    const [held = []] = await claim(request(ids));
    expect(held.length).toBeGreaterThan(1);
    expect(held.length).toBeLessThan(ids.length);
    expect((await marks()).map((row) => row.ms)).toEqual(Array(ids.length - held.length).fill(null));
  });

  it('a payload beyond that is claimed alone', async () => {
    const ids = await insert(2, { payload: JSON.stringify('x'.repeat(5_000_000)) });
    expect(await claim(request(ids))).toEqual([[ids[0]]]);
  });

  it('a job that reached a worker without its version is handed over again soon, not when its mark runs out', async () => {
    const ids = await insert(1, { version: 2 });
    await refillLane(db.engine, LANE, { window: 100, markMs: 60_000 });
    expect(await claim(request(ids))).toEqual([[]]);
    expect((await marks())[0]?.ms).toBeLessThan(5_000);
  });

  it('jobs of a version that no worker has hold nothing else back', async () => {
    await insert(5, { version: 1 });
    const ids = await insert(2, { version: 2 });
    expect(await refillLane(db.engine, LANE, { window: 3, markMs: 60_000, versions: [2] })).toMatchObject({
      head: 2,
      ids,
    });
    // Nobody is there at all: whoever comes finds something.
    expect((await refillLane(db.engine, LANE, { window: 3, markMs: 60_000 })).head).toBe(3);
  });

  it('a row in the default partition, from a host with a wrong clock, keeps no later week from its partition', async () => {
    const owner = (await import('pg')).default;
    const client = new owner.Client({ connectionString: database.url, options: '-c search_path=windlass' });
    await client.connect();
    await client.query(
      `insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at)
       values ('standard', 'acme', uuid_floor(windlass_now() + interval '70 days'), 1, 1, 'failed', true, windlass_now())`,
    );
    await client.end();
    // Weeks 9 to 11, three retention classes, three tables; one of the 27 cannot be made.
    expect(await preparePartitions(db.engine, 11)).toBe(26);
    expect(await preparePartitions(db.engine, 12)).toBe(9);
  });
});
