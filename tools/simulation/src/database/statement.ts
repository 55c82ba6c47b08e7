import type pg from 'pg';
import type { Instance } from '../world/instance.js';
import type { Kind, PhysicalConnection } from './physical-connections.js';

export type Told = (error: (Error & { code?: string }) | undefined, result: pg.QueryResult | undefined) => void;

/** A connection as a service holds it: several statements in order, in a transaction or not. */
export interface Session {
  readonly instance: Instance;
  readonly kind: Kind;
  /** While a transaction is open. */
  physical: PhysicalConnection | undefined;
  /** Statements of its transaction so far. */
  count: number;
  lockTimeoutMs: number;
  /** Ended under the service's hands: nothing can be asked on it any more. */
  broken: boolean;
}

/** What the seed has in mind for a statement's connection. */
export type Fate = 'arrives' | 'lost-before' | 'lost-after' | 'late';

/** One statement on its way. */
export interface Statement {
  readonly session: Session;
  readonly query: { name?: string; text: string; values?: unknown[] };
  readonly label: string;
  readonly fate: Fate;
  readonly tell: Told;
  /** It never arrives. */
  dropped: boolean;
  executed: boolean;
  /** What its service hears is decided. */
  answered: boolean;
}

export const connectionLost = () => new Error('Connection terminated unexpectedly');
export const notQueryable = () => new Error('Client has encountered a connection error and is not queryable');
export const tooLate = () => new Error('Query read timeout');
export const refused = () =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED', errno: -111 });
/** What PostgreSQL says when a lock did not come in time. */
export const lockNotAvailable = () =>
  Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03', severity: 'ERROR' });
