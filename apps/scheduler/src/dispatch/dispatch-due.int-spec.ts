import { createInProcessHub } from '@windlass/broker';
import { ManualRuntime, systemRuntime } from '@windlass/clock';
import { Dispatcher } from '@windlass/dispatch';
import { createLogger } from '@windlass/service-kit';
import {
  connectDatabase,
  type Database,
  insertJobs,
  type JobExtras,
  type LeaderTerm,
  migrate,
  takeLeadership,
} from '@windlass/store';
import { ECHO_TEMPLATE, freshDatabase, waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DueDispatch } from './dispatch-due.js';

describe('the dispatch of what is due, on a real PostgreSQL', () => {
  const refilled: string[] = [];
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  let term: LeaderTerm;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    const taken = await takeLeadership(db.beats, 'scheduler', 'test', 60_000);
    if (!taken) throw new Error('another leads');
    term = taken;
  });
  afterEach(async () => {
    await db.engine.query('delete from jobs');
    refilled.splice(0);
  });
  afterAll(async () => {
    await db?.close();
    await database?.drop();
  });

  const open = async () => {
    const runtime = new ManualRuntime();
    const broker = createInProcessHub().connect();
    await broker.declareQueue('echo');
    const dispatcher = new Dispatcher({
      db,
      broker,
      runtime,
      liveSlots: () => 4,
      liveVersions: () => undefined,
      isTiny: () => true,
      onError: (error) => {
        throw error;
      },
    });
    const watched = {
      admit: dispatcher.admit.bind(dispatcher),
      refill: (lane: Parameters<Dispatcher['refill']>[0]) => {
        refilled.push(lane.queue);
        return dispatcher.refill(lane);
      },
    };
    const logger = createLogger({ service: 'scheduler', level: 'fatal', format: 'json', machine: 'test' });
    const weights = { refresh: async () => {} };
    return { runtime, due: new DueDispatch({ db, dispatcher: watched, weights, runtime, logger }) };
  };
  const insert = async (queue: string, extras: JobExtras = {}) => {
    const id = systemRuntime.uuid();
    const job = { id, template: { ...ECHO_TEMPLATE, queue }, payload: '{}', dispatched: false, extras };
    await insertJobs(db.engine, [job], { repeated: false, markMs: 60_000 });
    return id;
  };
  const marked = async () =>
    (await db.engine.query('select queue from jobs where dispatch_until is not null order by queue')).rows.map(
      (row) => row.queue,
    );
  const asOwner = async (text: string) => {
    const owner = await connectDatabase({ ...database.urls, engineUrl: database.url, applicationName: 'owner' });
    await owner.engine.query(text).finally(() => owner.close());
  };

  it('lanes that cannot be refilled keep no other waiting, however many they are', async () => {
    await asOwner(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'bad lane'; end $$;
      create trigger refuse before update on jobs for each row when (new.queue like 'bad%') execute function refuse()`);
    try {
      const { runtime, due } = await open();
      for (const queue of ['bad-1', 'good']) await insert(queue);
      await due.turn(term);
      expect(await marked()).toEqual(['good']);
      for (const queue of ['bad-2', 'bad-3', 'bad-4', 'bad-5', 'bad-6', 'bad-7', 'other']) await insert(queue);
      for (let second = 0; second < 2; second += 1) {
        await runtime.advance(1_000);
        await due.turn(term);
      }
      expect(await marked()).toEqual(['good', 'other']);
    } finally {
      await asOwner('drop function refuse cascade');
    }
  });

  it('between two looks at all lanes, one a second, only those are refilled that got jobs which were due', async () => {
    const { runtime, due } = await open();
    for (const queue of ['a', 'b']) await insert(queue);
    await due.turn(term);
    expect(refilled.splice(0)).toEqual(['a', 'b']);
    await insert('c', { delayMs: 1 });
    const wantedMs = await waitFor(
      async () => {
        const ms = await due.turn(term);
        return refilled.length > 0 ? ms : undefined;
      },
      { what: 'the delayed job to be due' },
    );
    expect(refilled.splice(0)).toEqual(['c']);
    expect(await marked()).toEqual(['a', 'b', 'c']);
    expect(wantedMs).toBe(1_000);
    await runtime.advance(1_000);
    await due.turn(term);
    expect(refilled).toEqual(['a', 'b', 'c']);
  });
});
