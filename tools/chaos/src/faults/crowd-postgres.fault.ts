import { setTimeout as sleep } from 'node:timers/promises';
import { serviceOf } from '@windlass/testbed';
import pg from 'pg';
import type { Fault } from './fault.js';
import { NothingFree } from './holds.js';
import { pickInstance } from './pick-instance.js';

const CONNECT_MS = 5_000;
/** Connections that are opened at a time. */
const AT_ONCE = 20;
const LEFT = 3;
/** A backend whose client is gone ends with its statement. */
const FILL_TURNS = 100;
const FILL_PAUSE_MS = 100;
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
    holds.take(`${core} postgres`);
    const crowd = new Crowd(bed.ground.database.url, await connect(bed.ground.database.url));
    const link = bed.links.of(core, 'postgres');
    try {
      await crowd.fill();
      link.setReachable(false);
      await crowd.fillPlacesOf(core);
    } catch (error) {
      await crowd.leave();
      throw error;
    } finally {
      link.setReachable(true);
    }
    return {
      targets: ['postgres', core],
      detail: `${crowd.size} connections taken`,
      heal: () => crowd.leave(),
    };
  },
};

/** As superuser: the last places are kept for it, so that nobody else finds one. */
class Crowd {
  private readonly members: pg.Client[] = [];

  constructor(
    private readonly url: string,
    private readonly first: pg.Client,
  ) {}

  get size(): number {
    return this.members.length;
  }

  /** Takes what is free but three. */
  async fill(): Promise<void> {
    const { free } = await this.look('');
    for (let left = free - LEFT; left > 0; left -= AT_ONCE) {
      const opened = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, left) }, () => connect(this.url)));
      for (const each of opened) if (each.status === 'fulfilled') this.members.push(each.value);
    }
  }

  /** What an instance that is cut off leaves, one connection after the other, until it has none and three are free. */
  async fillPlacesOf(name: string): Promise<void> {
    for (let turn = 0; turn < FILL_TURNS; turn += 1) {
      const { free, of } = await this.look(name);
      if (of === 0 && free <= LEFT) return;
      await this.fill();
      await sleep(FILL_PAUSE_MS);
    }
    throw new NothingFree(`${name} was cut off, and still PostgreSQL is not full`);
  }

  async leave(): Promise<void> {
    await Promise.all([this.first, ...this.members].map((client) => client.end().catch(() => undefined)));
  }

  /** `of`: connections of this instance. */
  private async look(name: string): Promise<{ free: number; of: number }> {
    const { rows } = await this.first.query<{ free: number; of: number }>(
      `select current_setting('max_connections')::int - count(*)::int as free,
         count(*) filter (where application_name = $1)::int as of
       from pg_stat_activity where backend_type = 'client backend'`,
      [name],
    );
    return rows[0]!;
  }
}

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
