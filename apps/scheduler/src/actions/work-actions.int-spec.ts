import { systemRuntime } from '@windlass/clock';
import { connectDatabase, type LeaderTerm, runTransaction, stopActionInStore } from '@windlass/store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActionHarness, COLUMNS, openActions, PLAIN } from './actions-harness.fixture.js';
import { ActionWheel, workAction } from './work-actions.js';

describe('turns of bulk actions, on a real PostgreSQL', () => {
  let on: ActionHarness;
  let term: LeaderTerm;

  beforeAll(async () => {
    on = await openActions();
    term = await on.lead('first');
  });
  afterEach(() => on.clean());
  afterAll(() => on?.close());

  it('it ends as bounded when more jobs match than it may take, as done when just as many do', async () => {
    await on.store('jobs', 250);
    const bounded = await on.begin('cancel', { queue: 'echo' }, 230);
    await on.turn(term);
    expect(await on.read(bounded)).toEqual({ state: 'bounded', matched: 230, changed: 230 });
    const done = await on.begin('cancel', { queue: 'echo' }, 20);
    await on.turn(term);
    expect(await on.read(done)).toEqual({ state: 'done', matched: 20, changed: 20 });
  });

  it('a stop holds: what was done stays done, nothing more is', async () => {
    await on.store('jobs', 600);
    const id = await on.begin('cancel', { queue: 'echo' });
    await on.turn(term, 1);
    const before = await on.running(id);
    const stop = { id, tenantId: 'acme', actor: 'ann', auditId: systemRuntime.uuid() };
    expect(await runTransaction(on.db.engine, 1_000, (tx) => stopActionInStore(tx, stop))).toBe(true);
    await on.turn(term);
    // A turn that had begun with a look before the stop.
    await workAction(before, term, on.ports);
    expect(await on.read(id)).toEqual({ state: 'stopped', matched: 200, changed: 200 });
    expect(await on.count('jobs')).toBe(400);
  });

  it('a change of the leader amid an action neither loses nor doubles a job', async () => {
    const jobs = await on.store('job_history', 700);
    const id = await on.begin('replay', { state: 'failed' });
    await on.turn(term, 1);
    const seen = await on.running(id);
    const old = term;
    term = await on.lead('second');
    // The old leader, which does not know it yet: with what it saw, and with what is there now.
    await expect(workAction(seen, old, on.ports)).rejects.toThrow(/term/);
    await expect(workAction(await on.running(id), old, on.ports)).rejects.toThrow(/term/);
    expect(await on.count('jobs')).toBe(200);
    // Both at once, as if both led: the same turn is done once.
    await Promise.all([workAction(seen, term, on.ports), workAction(seen, term, on.ports)]);
    expect(await on.read(id)).toEqual({ state: 'running', matched: 400, changed: 400 });
    await on.turn(term);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 700, changed: 700 });
    expect(await on.count('jobs where run = 2')).toBe(jobs.length);
    expect(await on.count('jobs where run <> 2')).toBe(0);
  });

  it('a small action does not wait for a large one, whoever’s it is', async () => {
    await on.store('jobs', 1_500);
    const large = await on.begin('cancel', { queue: 'echo' });
    await on.store('jobs', 1, { tenant_id: `'other'` });
    const small = await on.begin('cancel', { queue: 'echo' }, 10, 'other');
    await on.turn(term, 2);
    expect(await on.read(small)).toEqual({ state: 'done', matched: 1, changed: 1 });
    expect(await on.read(large)).toMatchObject({ state: 'running' });
    expect(await on.count(`jobs where tenant_id = 'other'`)).toBe(0);
  });

  it('a filter that matches rarely takes several turns, none of which looks at more than its window', async () => {
    const rare = `case when n in (1, 11000) then 'rare' else 'echo' end`;
    const ids = await on.store('job_history', 11_000, { type: rare, queue: rare });
    const id = await on.begin('replay', { type: 'rare' });
    const turns: (string | undefined)[] = [];
    for (;;) {
      await on.turn(term, 1);
      const now = await on.running(id);
      if (!now) break;
      turns.push(now.cursor);
    }
    // The last job of a full window is looked at again.
    expect(turns).toEqual([ids[6_001], ids[1_002]]);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 2, changed: 2 });
  });

  it('a row that the database refuses is passed by, and all others are done', async () => {
    const ids = await on.store('jobs', 40);
    // A run that stands in the history already cannot end there a second time.
    await on.db.engine.query(
      `insert into job_history (id, ${COLUMNS}, state, outcome, finished_at) select $1, ${PLAIN}, 'failed', 'failed', windlass_now()`,
      [ids[17]],
    );
    const id = await on.begin('cancel', { queue: 'echo' });
    await on.turn(term);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 40, changed: 39 });
    expect(await on.count('jobs')).toBe(1);
  });

  it('a turn that takes too long comes again with fewer jobs, until it fits; none is passed by', async () => {
    await on.store('jobs', 100);
    const owner = await connectDatabase({ ...on.urls, engineUrl: on.ownerUrl, applicationName: 'test' });
    try {
      // A database that manages 30 jobs within its statement timeout.
      await owner.engine.query(
        `create function too_long() returns trigger language plpgsql as $$ begin
           if (select count(*) from added) > 30 then raise exception 'too long' using errcode = 'query_canceled'; end if;
           return null;
         end $$`,
      );
      await owner.engine.query(
        `create trigger too_long after insert on job_history referencing new table as added for each statement execute function too_long()`,
      );
      const id = await on.begin('cancel', { queue: 'echo' });
      const wheel = new ActionWheel(on.ports);
      let turns = 0;
      while ((await on.read(id)).state === 'running' && turns < 50) {
        await wheel.turn(term);
        turns += 1;
      }
      expect(await on.read(id)).toEqual({ state: 'done', matched: 100, changed: 100 });
      expect(await on.count('jobs')).toBe(0);
    } finally {
      await owner.engine.query('drop function if exists too_long cascade');
      await owner.close();
    }
  });
});
