import type pg from 'pg';

/**
 * Opens all connections of a pool, so that the first requests do not wait for logins. Takes as long as the pool's own connection
 * timeout at most: what did not open by then is opened when it is needed. Never rejects.
 */
export async function openConnections(pool: pg.Pool): Promise<void> {
  // Asked for all at once, each is another one.
  await Promise.allSettled(Array.from({ length: pool.options.max }, async () => (await pool.connect()).release()));
}
