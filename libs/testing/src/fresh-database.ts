import { createHmac, randomBytes } from 'node:crypto';
import type { PostgresAddress } from '@windlass/services';
import pg from 'pg';
import { testServer } from './test-servers.js';

export interface FreshDatabase {
  /** URL of the owner, who is superuser on the test server. */
  url: string;
  /** The same database as the three roles of the platform see it: what `migrate` and `connectDatabase` of libs/store take. */
  urls: { ownerUrl: string; engineUrl: string; readerUrl: string };
  name: string;
  /** Cuts whoever is still connected and drops the database. */
  drop(): Promise<void>;
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, query_timeout: 60_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/**
 * An empty database of its own on the run's PostgreSQL, for one spec file:
 * `const database = await freshDatabase()` in beforeAll, `await database.drop()` in afterAll. `on`: another server.
 */
export async function freshDatabase(on?: PostgresAddress): Promise<FreshDatabase> {
  const address = on ?? (await testServer('postgres')).address;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(address.url, `create database "${name}"`);
  const url = new URL(address.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    urls: { ownerUrl: url.href, engineUrl: urlOf(url, 'windlass_engine'), readerUrl: urlOf(url, 'windlass_reader') },
    name,
    drop: () => onServer(address.url, `drop database if exists "${name}" with (force)`),
  };
}

/** Roles belong to the server, which all specs share: their passwords must be the same in each, and follow from the owner's. */
function urlOf(owner: URL, role: string): string {
  const password = createHmac('sha256', `windlass ${owner.password}`).update(role).digest('base64url');
  return Object.assign(new URL(owner), { username: role, password }).href;
}
