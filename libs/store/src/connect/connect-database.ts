import { fault } from '@windlass/faults';
import pg from 'pg';
import { SCHEMA } from '../migrations/migrate.js';
import { makeSources, type Sources } from './connect-sources.js';
import { RECALLING } from './recall-statements.js';

/**
 * The connections of one service. `engine`: hot batches over all tenants. `beats`: reserved for leases, leadership and probes,
 * so that a flood of submissions cannot starve them. `sources`: ordinary queries, client reads under row-level security.
 */
export interface Database {
  readonly engine: pg.Pool;
  readonly beats: pg.Pool;
  readonly sources: Sources;
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  engineUrl: string;
  readerUrl: string;
  /** Connections in all; 4 of them are reserved for beats and a third is for reads. Default 20 (feature 44). */
  connections?: number;
  applicationName: string;
  /** How long the server works on one statement. We wait for its answer a fifth longer, it for a lock a fifth less. Default 5,000. */
  statementTimeoutMs?: number;
  onError?: (error: unknown) => void;
}

/**
 * The planner's statistics of a queue table are always stale: it would choose partial indexes or full scans where ids are given.
 * These settings leave it one way for our statements: an index by id, or a hash. Without bitmap scans rows are met, and locked, in the
 * order of the index, that is of ids: statements that lock the same jobs do not deadlock. JIT costs more than such a statement runs.
 */
const HOT_SETTINGS = [
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_mergejoin=off',
  'enable_nestloop=off',
  'plan_cache_mode=force_generic_plan',
  'jit=off',
];
/** What each connection of `engine` and `beats` starts with, as the driver's `options`. */
export const ENGINE_SESSION = [`search_path=${SCHEMA}`, 'timezone=UTC', ...HOT_SETTINGS]
  .map((setting) => `-c ${setting}`)
  .join(' ');
/** A batch takes milliseconds; what takes longer is stuck behind a lock, and its callers have given up. */
const STATEMENT_TIMEOUT_MS = 5_000;

/** Opens the pools. Rejects `store.unavailable` when the database cannot be reached now. */
export async function connectDatabase(options: DatabaseOptions): Promise<Database> {
  const total = options.connections ?? 20;
  const beats = Math.min(4, Math.max(1, Math.floor(total / 5)));
  const reader = Math.max(1, Math.floor((total - beats) / 3));
  const ordinary = Math.min(2, total - beats - reader);
  const timeouts = timeoutsOf(options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS);
  let closing = false;
  // A pool that is closing still hears how its last sockets end: no news.
  const onError = (error: unknown) => closing || options.onError?.(error);
  const pools = {
    engine: makePool(options, Math.max(1, total - beats - reader - ordinary), timeouts).on('error', onError),
    beats: makePool(options, beats, timeouts).on('error', onError),
  };
  const connections = { engineConnections: Math.max(1, ordinary), readerConnections: reader };
  const sources = makeSources({ ...options, ...connections, timeouts });
  const close = async () => {
    closing = true;
    await Promise.all([...Object.values(pools).map((each) => each.end()), sources.close()]);
  };
  try {
    await sources.open();
  } catch (error) {
    await close().catch(() => {});
    throw storeFault(error);
  }
  return { ...pools, sources, close, ping: (timeoutMs) => ping(pools.beats, timeoutMs) };
}

/** The server gives up on a lock first, then on the statement, and only then do we: so that it is it who says why. */
function timeoutsOf(statementMs: number) {
  return {
    lock_timeout: Math.round(statementMs * 0.8),
    statement_timeout: statementMs,
    query_timeout: Math.round(statementMs * 1.2),
  };
}

function makePool(options: DatabaseOptions, max: number, timeouts: ReturnType<typeof timeoutsOf>): pg.Pool {
  return new pg.Pool({
    connectionString: options.engineUrl,
    max,
    application_name: options.applicationName,
    options: ENGINE_SESSION,
    ...timeouts,
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: 1_500,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    ...RECALLING,
  });
}

async function ping(pool: pg.Pool, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(fault('store.unavailable', { detail: 'The database did not answer a ping.' })),
      timeoutMs,
    );
  });
  await Promise.race([pool.query('select 1'), late])
    .catch((error: unknown) => {
      throw storeFault(error);
    })
    .finally(() => clearTimeout(timer));
}

/** What PostgreSQL or the driver threw, as a Fault. Data errors (class 22, 23) are the data's fault; all else is "away". */
export function storeFault(error: unknown) {
  if (isDataError(error)) return fault('store.data-refused', { cause: error });
  if (error instanceof Error && 'code' in error && error.name === 'Fault') return error;
  if (isOwnBug(error)) return fault('internal.bug', { cause: error });
  return fault('store.unavailable', { cause: error, retryAfterMs: 1000 });
}

export function isDataError(error: unknown): boolean {
  const sqlState = (error as { code?: unknown } | null)?.code;
  return typeof sqlState === 'string' && /^2[23][0-9A-Z]{3}$/.test(sqlState);
}

/** Deadlock (40P01), serialisation failure (40001) or no connection: nothing was done, the same statement may be sent again at once. */
export function isRepeatable(error: unknown): boolean {
  if (isNeverSent(error)) return true;
  const sqlState = (error as { code?: unknown } | null)?.code;
  return sqlState === '40P01' || sqlState === '40001';
}

/** No connection came about, so nothing was sent: Node's codes, pg's two timeouts, and PostgreSQL that starts, is full or refuses the login. */
function isNeverSent(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string')
    return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|57P03|53300|28\w{3})$/.test(code);
  return (
    message === 'timeout exceeded when trying to connect' ||
    message === 'Connection terminated due to connection timeout'
  );
}

/** Thrown by our own code around the statement, not by the driver: repeating it repeats the bug. */
const isOwnBug = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;

/** The connection ended while a statement was under way: it may or may not have committed. */
export function isUnknownCommit(error: unknown): boolean {
  if (isNeverSent(error) || isOwnBug(error)) return false;
  const sqlState = (error as { code?: unknown } | null)?.code;
  if (typeof sqlState !== 'string') return true;
  return /^(08|57P0|53|58)/.test(sqlState) || !/^[0-9A-Z]{5}$/.test(sqlState);
}
