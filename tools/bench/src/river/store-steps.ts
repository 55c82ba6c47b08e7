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

const LEASE_MS = 20_000;
const MARK_MS = 60_000;
const PAYLOAD = '{"example":"data","n":12345}';
const RESULT = JSON.stringify({ md5: 'a'.repeat(32), sha256: 'b'.repeat(64), bytes: 28 });

/** Where all jobs of these steps wait. */
export const LANE = { queue: 'hash', type: 'hash' };
const TEMPLATE: JobTemplate = {
  ...{ tenantId: 'bench', typeVersion: 1, ...LANE, priority: 5, maxAttempts: 3 },
  ...{ softMs: 5_000, hardMs: 10_000, backoff: { kind: 'fixed', delayMs: 1_000 }, retryTimeout: true },
  ...{ tags: [], retention: 'standard' },
};
/** Roles belong to the server: databases that are open at the same time must agree about their passwords. */
const PASSWORDS = {
  windlass_engine: randomBytes(18).toString('hex'),
  windlass_reader: randomBytes(18).toString('hex'),
};

/** A migrated database, with the connections of a core. */
export async function openRiver(ownerUrl: string): Promise<Database> {
  const urls = { engineUrl: asRole(ownerUrl, 'windlass_engine'), readerUrl: asRole(ownerUrl, 'windlass_reader') };
  await migrate({ ownerUrl, ...urls });
  return connectDatabase({ ...urls, applicationName: 'windlass bench' });
}

/** Inserts `size` jobs in one statement. `dispatched`: with their mark, as handed over at once. */
export async function insertPack(db: Database, size: number, dispatched: boolean): Promise<string[]> {
  const jobs = Array.from({ length: size }, () => ({
    ...{ id: systemRuntime.uuid(), template: TEMPLATE, payload: PAYLOAD, dispatched },
  }));
  await insertJobs(db.engine, jobs, { repeated: false, markMs: MARK_MS });
  return jobs.map(({ id }) => id);
}

export async function claimPack(db: Database, ids: string[]): Promise<ClaimedJob[]> {
  const token = systemRuntime.uuid();
  const request = { worker: 'bench', incarnation: token, token, type: 'hash', versions: [1], ids, free: ids.length };
  const jobs = (await claimJobsInStore(db.engine, [request], LEASE_MS)).get(token) ?? [];
  if (jobs.length !== ids.length) throw new Error(`${jobs.length} of ${ids.length} jobs were claimed`);
  return jobs;
}

export async function finishPack(db: Database, jobs: ClaimedJob[]): Promise<void> {
  const attempts = jobs.map(({ jobId, run, epoch, token }) => ({
    ...{ jobId, run, epoch, token, state: 'succeeded' as const, outcome: 'succeeded' as const },
    ...{ result: RESULT, durationMs: 0.1 },
  }));
  const ended = await finishAttempts(db.engine, attempts);
  if (ended.length !== jobs.length) throw new Error(`${ended.length} of ${jobs.length} attempts were recorded`);
}

function asRole(ownerUrl: string, role: keyof typeof PASSWORDS): string {
  return Object.assign(new URL(ownerUrl), { username: role, password: PASSWORDS[role] }).href;
}
