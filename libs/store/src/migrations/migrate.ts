import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Foundation1700000000001 } from './0001-foundation.js';
import { JobLife1700000000002 } from './0002-job-life.js';
import { JobLifeIndexes1700000000003 } from './0003-job-life-indexes.js';

export interface MigrateOptions {
  /** The owner's URL: may create tables and, for the first time, roles. */
  ownerUrl: string;
  /** The services' URLs: user names must be windlass_engine and windlass_reader; their passwords are set from here. */
  engineUrl: string;
  readerUrl: string;
}

export const SCHEMA = 'windlass';
/** Any constant will do, as long as all versions use the same: two migrating processes take turns. */
const MIGRATION_LOCK = 7_160_125;
/** Another migration may be building an index; past this an operator should look. */
const LOCK_TIMEOUT_MS = 120_000;
const LOCK_RETRY_MS = 200;
/** A migration that cannot have its tables at once lets the running services go on and tries again: for two minutes or so. */
const LOCK_TRIES = 60;
const LOCK_PAUSE_MS = 1_000;
const LOCK_NOT_AVAILABLE = '55P03';
const MIGRATIONS = [Foundation1700000000001, JobLife1700000000002, JobLifeIndexes1700000000003];

/** Brings the schema forward, as a step of its own: no service does it at boot. Safe to run twice and at the same time. */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const lock = new pg.Client({ connectionString: options.ownerUrl, connectionTimeoutMillis: 10_000 });
  await lock.connect();
  try {
    await takeTurn(lock);
    await prepareRoles(lock, options);
    return { applied: await runMigrations(options.ownerUrl) };
  } finally {
    await lock.end();
  }
}

/**
 * Asks again and again rather than wait in a statement: that would hold a snapshot, and an index that is built concurrently by the
 * other process waits for the end of every older snapshot.
 */
async function takeTurn(client: pg.Client): Promise<void> {
  for (let waitedMs = 0; waitedMs < LOCK_TIMEOUT_MS; waitedMs += LOCK_RETRY_MS) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      MIGRATION_LOCK,
    ]);
    if (rows[0]?.taken) return;
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
  throw new Error(
    `Another migration has been running for ${LOCK_TIMEOUT_MS / 1000} s. Look at it, then run this one again.`,
  );
}

async function prepareRoles(client: pg.Client, options: MigrateOptions): Promise<void> {
  await client.query(`create schema if not exists ${SCHEMA}`);
  for (const [role, url] of [
    ['windlass_engine', options.engineUrl],
    ['windlass_reader', options.readerUrl],
  ] as const) {
    const { username, password } = new URL(url);
    if (username !== role)
      throw new Error(`The URL of ${role} names the user "${username}". Its user must be ${role}.`);
    if (password === '')
      throw new Error(`The URL of ${role} has no password. Give it one: the role is created with it.`);
    await setRole(client, role, client.escapeLiteral(decodeURIComponent(password)));
    await client.query(`grant usage on schema ${SCHEMA} to ${role}`);
  }
}

/** Roles belong to the server, the lock to one database: another database's migration may write the same role at this moment. */
async function setRole(client: pg.Client, role: string, passwordLiteral: string): Promise<void> {
  const rights = `login nosuperuser nocreatedb nocreaterole nobypassrls password ${passwordLiteral}`;
  for (let tried = 1; ; tried += 1) {
    const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    const verb = found.rowCount === 0 ? 'create' : 'alter';
    try {
      await client.query(`${verb} role ${role} ${rights}`);
      return;
    } catch (error) {
      // Made meanwhile (42710, 23505), or "tuple concurrently updated" (XX000): whoever did it is done now.
      const { code } = error as { code?: string };
      if (tried >= 5 || !['42710', '23505', 'XX000'].includes(code ?? '')) throw error;
    }
  }
}

async function runMigrations(ownerUrl: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    schema: SCHEMA,
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    extra: { options: `-c search_path=${SCHEMA}`, max: 2, connectionTimeoutMillis: 10_000 },
  });
  await source.initialize();
  const applied: string[] = [];
  try {
    for (let tried = 1; ; tried += 1) {
      try {
        applied.push(...(await source.runMigrations({ transaction: 'each' })).map((migration) => migration.name));
        return applied;
      } catch (error) {
        if (tried >= LOCK_TRIES || (error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error;
        await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE_MS));
      }
    }
  } finally {
    await source.destroy();
  }
}

/** Names of migrations that this build knows and the database lacks: a service refuses to be ready with any. */
export async function pendingMigrations(client: {
  query(sql: string): Promise<{ rows: { name: string }[] }>;
}): Promise<string[]> {
  const applied = await client.query('select name from migrations').then(
    (found) => new Set(found.rows.map((row) => row.name)),
    () => new Set<string>(),
  );
  return MIGRATIONS.map((migration) => migration.name).filter((name) => !applied.has(name));
}
