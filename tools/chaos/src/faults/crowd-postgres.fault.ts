import { serviceOf } from '@windlass/testbed';
import pg from 'pg';
import type { Fault } from './fault.js';
import { pickInstance } from './pick-instance.js';

const CONNECT_MS = 5_000;
/** Connections that are opened at a time. */
const AT_ONCE = 20;
const LEFT = 3;
const LOCKED_ROWS = 5;

/** A client takes all connections but a few, and a core that must connect anew finds none. */
export const TOO_MANY_CONNECTIONS: Fault = {
  name: 'postgres-connections',
  groups: ['postgres'],
  about: 'a foreign client takes all connections but three while a core has to connect anew',
  needs: ['postgres'],
  inject: async (injection) => {
    const { bed, holds } = injection;
    holds.take('postgres');
    const core = pickInstance(injection, 'core-api');
    const taken: pg.Client[] = [];
    const first = await connect(bed.ground.database.url);
    const { rows } = await first.query<{ free: number }>(
      "select current_setting('max_connections')::int - count(*)::int as free from pg_stat_activity where backend_type = 'client backend'",
    );
    bed.links.of(core, 'postgres').cut();
    const wanted = Math.max(0, rows[0]!.free - LEFT);
    for (let left = wanted; left > 0; left -= AT_ONCE) {
      const opened = await Promise.allSettled(
        Array.from({ length: Math.min(AT_ONCE, left) }, () => connect(bed.ground.database.url)),
      );
      for (const each of opened) if (each.status === 'fulfilled') taken.push(each.value);
    }
    return {
      targets: ['postgres', core],
      detail: `${taken.length} connections taken`,
      heal: async () => {
        await Promise.all([first, ...taken].map((client) => client.end().catch(() => undefined)));
      },
    };
  },
};

/** Keeps an old snapshot and locks on a few unfinished jobs, as a forgotten session of an operator does. */
export const LONG_TRANSACTION: Fault = {
  name: 'postgres-transaction',
  groups: ['postgres'],
  about: 'an open transaction holds an old snapshot and the rows of a few jobs',
  inject: async ({ bed, draw }) => {
    const client = await connect(bed.ground.database.url);
    const rows = draw.chance(0.5) ? LOCKED_ROWS : 0;
    await client.query('begin isolation level repeatable read');
    await client.query('select count(*) from windlass.jobs');
    if (rows > 0) await client.query('select id from windlass.jobs limit $1 for update skip locked', [rows]);
    return {
      targets: ['postgres'],
      detail: `${rows} rows locked`,
      heal: () => client.end().catch(() => undefined),
    };
  },
};

export const SLOW_POSTGRES: Fault = {
  name: 'postgres-slow',
  groups: ['postgres', 'network'],
  about: 'each packet between a core or scheduler and PostgreSQL takes 20 to 120 ms',
  inject: async ({ bed, draw, holds }) => {
    const names = bed.instances.filter((name) => ['core-api', 'scheduler'].includes(serviceOf(name)));
    holds.take(...names.map((name) => `${name} postgres`));
    const delayMs = draw.whole(20, 120);
    for (const link of bed.links.to('postgres')) link.setDelay(delayMs);
    return {
      targets: ['postgres'],
      detail: `${delayMs} ms`,
      heal: async () => {
        for (const link of bed.links.to('postgres')) link.setDelay(0);
      },
    };
  },
};

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    application_name: 'chaos',
  });
  // The server's end is a fault of its own.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
