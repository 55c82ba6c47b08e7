import { type FreshDatabase, freshDatabase, TcpProxy, waitFor } from '@windlass/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../migrations/migrate.js';
import { connectDatabase, type Database } from './connect-database.js';

const NAME = 'recalling';
const STATEMENT_MS = 400;
/** More than the other side takes in while it is silent (about 200 kB), less than our own kernel holds (about 3 MB). */
const LONG = 'x'.repeat(800_000);
const WAYS = ['plain', 'engine', 'beats', 'ordinary', 'transaction'] as const;
type Way = (typeof WAYS)[number];

let database: FreshDatabase;
let proxy: TcpProxy;
let db: Database;
let plain: pg.Client;
let observer: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  await migrate(database.urls);
  observer = new pg.Client({ connectionString: database.url });
  await observer.connect();
  for (const way of WAYS) {
    await observer.query(`create sequence windlass.arrived_${way}`);
    await observer.query(`grant usage on sequence windlass.arrived_${way} to windlass_engine, windlass_reader`);
  }
  const { hostname, port } = new URL(database.url);
  proxy = await TcpProxy.open({ host: hostname, port: Number(port) });
  const through = (url: string) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: proxy.port }).href;
  db = await connectDatabase({
    engineUrl: through(database.urls.engineUrl),
    readerUrl: through(database.urls.readerUrl),
    applicationName: NAME,
    statementTimeoutMs: STATEMENT_MS,
  });
  plain = new pg.Client({ connectionString: through(database.url), query_timeout: STATEMENT_MS });
  await plain.connect();
});
afterAll(async () => {
  await db?.close();
  await proxy?.close();
  await observer?.end();
  await database?.drop();
});

/** A sequence moves when the statement is carried out, and stays moved whatever becomes of its transaction. */
const statement = (way: Way) => `select nextval('windlass.arrived_${way}'), length($1::text)`;

async function hasArrived(way: Way): Promise<boolean> {
  return (await observer.query(`select is_called from windlass.arrived_${way}`)).rows[0].is_called;
}

async function connections(): Promise<number> {
  const text = 'select count(*)::int as n from pg_stat_activity where application_name = $1';
  return (await observer.query(text, [NAME])).rows[0].n;
}

it('a statement given up in a partition never reaches the server when the partition ends; on an ordinary connection it does', async () => {
  await Promise.all([db.engine.query('select 1'), db.beats.query('select 1'), db.sources.engine.query('select 1')]);
  const late = await db.sources
    .readAs('acme', async (manager) => {
      proxy.setFrozen(true);
      return Promise.allSettled([
        plain.query(statement('plain'), [LONG]),
        db.engine.query(statement('engine'), [LONG]),
        db.beats.query(statement('beats'), [LONG]),
        db.sources.engine.query(statement('ordinary'), [LONG]),
        manager.query(statement('transaction'), [LONG]),
      ]);
    })
    .catch((error: unknown) => error); // its transaction cannot commit
  expect(late).toBeInstanceOf(Error);
  void plain.end(); // closes as the driver does by itself

  proxy.setFrozen(false);
  await waitFor(() => hasArrived('plain'), { what: 'the statement of the ordinary connection' });
  await waitFor(async () => (await connections()) === 0, { what: 'the end of what was given up' });
  for (const way of WAYS.slice(1)) expect(await hasArrived(way), way).toBe(false);

  await db.engine.query(statement('engine'), ['short']);
  expect(await hasArrived('engine')).toBe(true);
});
