import type { PoolClient } from 'pg';
import type { Queryable } from './statement.js';

/** A pool. */
export interface Connectable {
  connect(): Promise<PoolClient>;
}

const ignore = () => {};

/**
 * Several statements as one transaction, each with a snapshot of its own (read committed). A lock is waited for `lockTimeoutMs` at most.
 * A `work` that throws leaves nothing behind.
 */
export async function runTransaction<R>(
  db: Connectable,
  lockTimeoutMs: number,
  work: (tx: Queryable) => Promise<R>,
): Promise<R> {
  const client = await db.connect();
  // The statement under way hears of a lost connection; without a listener the event would end the process.
  client.on('error', ignore);
  let broken = false;
  try {
    await client.query(`begin; set local lock_timeout = ${Math.round(lockTimeoutMs)}`);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(broken);
  }
}
