import { createInProcessHub } from '@windlass/broker';
import { systemRuntime } from '@windlass/clock';
import { dispatchJobs } from '@windlass/contracts';
import { createLogger, type RunningService } from '@windlass/service-kit';
import { connectDatabase, type Database, insertJobs, type JobExtras, migrate } from '@windlass/store';
import { ECHO_DECLARATION, ECHO_TEMPLATE, freshDatabase, waitFor } from '@windlass/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createScheduler } from './create-scheduler.js';

describe('what the scheduler makes up for, on a real PostgreSQL', () => {
  const hub = createInProcessHub();
  const handedOver = new Set<string>();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let scheduler: RunningService;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    // A tiny type: its lane has room for all of them, though no worker is there.
    await query(
      `insert into job_types (name, version, declaration, schema_hash, announced_at) values ('echo', 1, $1, 'h', windlass_now())`,
      [JSON.stringify(ECHO_DECLARATION)],
    );
    const broker = hub.connect();
    await broker.declareQueue('echo');
    await broker.consume('echo', { prefetch: 1_000 }, (delivery) => {
      for (const id of dispatchJobs.decode(delivery.body).ids) handedOver.add(id);
      delivery.ack();
    });
    scheduler = await createScheduler(
      {
        leaseMs: 20_000,
        leaderTtlMs: 2_000,
        healthPort: 0,
        healthHost: '127.0.0.1',
        machine: 'test',
        retentionShortDays: 7,
        retentionStandardDays: 30,
        retentionLongDays: 365,
      },
      {
        db,
        broker: hub.connect(),
        runtime: systemRuntime,
        logger: createLogger({ service: 'scheduler', level: 'error', format: 'json', machine: 'test' }),
      },
    );
  });
  afterAll(async () => {
    await scheduler?.stop();
    await db?.close();
    await database?.drop();
  });

  const insert = async (extras: JobExtras) => {
    const id = systemRuntime.uuid();
    const job = { id, template: ECHO_TEMPLATE, payload: '{}', dispatched: false, extras };
    await insertJobs(db.engine, [job], { repeated: false, markMs: 60_000 });
    return id;
  };
  const query = async (text: string, values: unknown[] = []) => (await db.engine.query(text, values)).rows;

  it('a job for a free key that nobody admitted, and one that is due later, are admitted and handed over', async () => {
    const missed = await insert({ concurrency: { key: 'a', limit: 1 } });
    const later = await insert({ delayMs: 200, concurrency: { key: 'b', limit: 1 } });
    await waitFor(() => handedOver.has(missed) && handedOver.has(later), { what: 'the job messages' });
  });

  it('a job that has not started by the end of its time expires, and the next of its key goes on', async () => {
    const concurrency = { key: 'c', limit: 1 };
    const first = await insert({ ttlMs: 2_000, concurrency });
    await waitFor(() => handedOver.has(first), { what: 'the first to have the key' });
    const second = await insert({ concurrency });
    const late = await insert({ ttlMs: 300 });
    await waitFor(() => handedOver.has(second), { what: 'the second' });
    const ends = await query('select id, state from job_history where id = any($1) order by id', [[first, late]]);
    expect(ends).toEqual([first, late].map((id) => ({ id, state: 'expired' })));
  });

  it('what statements have counted is folded', async () => {
    await insert({});
    await waitFor(async () => (await query('select 1 from queue_deltas')).length === 0, {
      what: 'the deltas to be folded',
    });
    const counts = await query(`select sum(n)::int as n from queue_counts where queue = 'echo'`);
    expect(counts).toEqual(await query('select count(*)::int as n from jobs'));
  });
});
