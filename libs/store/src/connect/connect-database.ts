import { fault } from '@windlass/faults';
import pg from 'pg';
import { SCHEMA } from '../migrations/migrate.js';
import { makeSources, type Sources } from './connect-sources.js';

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
  onError?: (error: unknown) => void;
}

/**
 * The planner's statistics of a queue table are always stale: it would choose partial indexes or full scans where ids are given.
 * These settings leave it one way for our statements: an index by id, or a hash. JIT costs more than such a statement runs.
 */
const HOT_SETTINGS = [
  'enable_seqscan=off',
  'enable_mergejoin=off',
  'enable_nestloop=off',
  'plan_cache_mode=force_generic_plan',
  'jit=off',
];
/** A batch takes milliseconds; what takes longer is stuck behind a lock, and its callers have given up. */
const STATEMENT_TIMEOUT_MS = 5_000;

/** Opens the pools. Rejects `store.unavailable` when the database cannot be reached now. */
export async function connectDatabase(options: DatabaseOptions): Promise<Database> {
  const total = options.connections ?? 20;
  const beats = Math.min(4, Math.max(1, Math.floor(total / 5)));
  const reader = Math.max(1, Math.floor((total - beats) / 3));
  const ordinary = Math.min(2, total - beats - reader);
  let closing = false;
  const pool = (connectionString: string, max: number, settings: string[]) => {
    const made = new pg.Pool({
      connectionString,
      max,
      application_name: options.applicationName,
      options: [`search_path=${SCHEMA}`, 'timezone=UTC', ...settings].map((setting) => `-c ${setting}`).join(' '),
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
      lock_timeout: STATEMENT_TIMEOUT_MS - 1_000,
      idle_in_transaction_session_timeout: 10_000,
      connectionTimeoutMillis: 1_500,
      keepAlive: true,
      idleTimeoutMillis: 30_000,
    });
    // A pool that is closing still hears how its last sockets end: no news.
    made.on('error', (error) => closing || options.onError?.(error));
    return made;
  };
  const pools = {
    engine: pool(options.engineUrl, Math.max(1, total - beats - reader - ordinary), HOT_SETTINGS),
    beats: pool(options.engineUrl, beats, HOT_SETTINGS),
  };
  const sources = makeSources({ ...options, engineConnections: Math.max(1, ordinary), readerConnections: reader });
  try {
    await sources.open();
  } catch (error) {
    await Promise.all(Object.values(pools).map((each) => each.end()));
    await sources.close().catch(() => {});
    throw storeFault(error);
  }
  return {
    ...pools,
    sources,
    ping: async (timeoutMs) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(fault('store.unavailable', { detail: 'The database did not answer a ping.' })),
          timeoutMs,
        );
      });
      await Promise.race([pools.beats.query('select 1'), late])
        .catch((error: unknown) => {
          throw storeFault(error);
        })
        .finally(() => clearTimeout(timer));
    },
    close: async () => {
      closing = true;
      await Promise.all([...Object.values(pools).map((each) => each.end()), sources.close()]);
    },
  };
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
