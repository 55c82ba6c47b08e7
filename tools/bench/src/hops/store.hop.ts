import { randomBytes } from 'node:crypto';
import { systemRuntime } from '@windlass/clock';
import type { ClaimedJob } from '@windlass/contracts';
import {
  claimJobsInStore,
  connectDatabase,
  type Database,
  finishAttempts,
  insertJobs,
  type JobTemplate,
  migrate,
} from '@windlass/store';
import { type HopFigures, measureHop } from './hop.js';

const LEASE_MS = 20_000;
const MARK_MS = 60_000;
const PAYLOAD = '{"example":"data","n":12345}';
const RESULT = JSON.stringify({ md5: 'a'.repeat(32), sha256: 'b'.repeat(64), bytes: 28 });

const TEMPLATE: JobTemplate = {
  ...{ tenantId: 'bench', type: 'hash', typeVersion: 1, queue: 'hash', priority: 5, maxAttempts: 3 },
  ...{ softMs: 5_000, hardMs: 10_000, backoff: { kind: 'fixed', delayMs: 1_000 }, retryTimeout: true },
  ...{ tags: [], retention: 'standard' },
};

/** The three statements on a job's way, each committed; every job goes the whole way, so the tables stay as they would be. */
export async function measureStore(ownerUrl: string, scale: number): Promise<HopFigures[]> {
  const urls = { engineUrl: asRole(ownerUrl, 'windlass_engine'), readerUrl: asRole(ownerUrl, 'windlass_reader') };
  await migrate({ ownerUrl, ...urls });
  const db = await connectDatabase({ ...urls, applicationName: 'windlass bench' });
  try {
    const inserted: string[][] = [];
    const claimed: ClaimedJob[][] = [];
    const insert = async (size: number) => void inserted.push(await insertPack(db, size));
    const claim = async () => void claimed.push(await claimPack(db, inserted.shift()!));
    const report = async () => finishPack(db, claimed.shift()!);
    return [
      await measureHop('insert', 'one statement, committed', insert, scale),
      // The packs come out in the order in which they went in, so their sizes match.
      await measureHop('claim', 'one statement: queued to running, epoch, token, lease', claim, scale),
      await measureHop('report', 'one statement: hot row out, history row and terminal event in', report, scale),
    ];
  } finally {
    await db.close();
  }
}

async function insertPack(db: Database, size: number): Promise<string[]> {
  const jobs = Array.from({ length: size }, () => ({
    ...{ id: systemRuntime.uuid(), template: TEMPLATE, payload: PAYLOAD, dispatched: true },
  }));
  await insertJobs(db.engine, jobs, { repeated: false, markMs: MARK_MS });
  return jobs.map(({ id }) => id);
}

async function claimPack(db: Database, ids: string[]): Promise<ClaimedJob[]> {
  const token = systemRuntime.uuid();
  const request = { worker: 'bench', incarnation: token, token, type: 'hash', versions: [1], ids, free: ids.length };
  const jobs = (await claimJobsInStore(db.engine, [request], LEASE_MS)).get(token) ?? [];
  if (jobs.length !== ids.length) throw new Error(`${jobs.length} of ${ids.length} jobs were claimed`);
  return jobs;
}

async function finishPack(db: Database, jobs: ClaimedJob[]): Promise<void> {
  const attempts = jobs.map(({ jobId, run, epoch, token }) => ({
    ...{ jobId, run, epoch, token, state: 'succeeded' as const, outcome: 'succeeded' as const },
    ...{ result: RESULT, durationMs: 0.1 },
  }));
  const ended = await finishAttempts(db.engine, attempts);
  if (ended.size !== jobs.length) throw new Error(`${ended.size} of ${jobs.length} attempts were recorded`);
}

function asRole(ownerUrl: string, role: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = randomBytes(18).toString('hex');
  return url.href;
}
