import { systemRuntime } from '@windlass/clock';
import { findActionJobs, type LeaderTerm, runTransaction } from '@windlass/store';
import { waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActionHarness, COLUMNS, openActions, PLAIN } from './actions-harness.fixture.js';
import { changeJobs } from './change-jobs.js';

describe('what bulk actions do, on a real PostgreSQL', () => {
  let on: ActionHarness;
  let term: LeaderTerm;

  beforeAll(async () => {
    on = await openActions();
    term = await on.lead('first');
  });
  afterEach(() => on.clean());
  afterAll(() => on?.close());

  it('a replay takes every finished job that matches, newest first, once; what it does not match stays', async () => {
    const failed = await on.store('job_history', 450);
    await on.store('job_history', 30, { state: `'succeeded'`, outcome: `'succeeded'` });
    const id = await on.begin('replay', { state: 'failed' });
    await on.turn(term, 1);
    const [newest] = (await on.db.engine.query('select id from jobs order by id limit 1')).rows;
    expect(newest?.id).toBe(failed[250]);
    await on.turn(term);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 450, changed: 450 });
    expect(await on.count('jobs where run = 2')).toBe(450);
    expect(await on.count(`job_events where kind = 'replayed' and actor = 'ann'`)).toBe(450);
    await waitFor(() => failed.every((each) => on.handedOver.has(each)), { what: 'the job messages' });
  });

  it('a replay passes by what belongs to a named queue that was removed', async () => {
    await on.store('job_history', 5, { queue: `case when n <= 2 then 'removed' else 'echo' end` });
    const id = await on.begin('replay', { state: 'failed' });
    await on.turn(term);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 5, changed: 3 });
    expect(await on.count(`jobs where queue = 'echo'`)).toBe(3);
    expect(await on.count('jobs')).toBe(3);
  });

  it('each field of a filter counts', async () => {
    await on.store('job_history', 8, {
      type: `case when n = 1 then 'other' else 'echo' end`,
      queue: `case when n = 2 then 'other' else 'echo' end`,
      tags: `case when n = 3 then '{b}'::text[] else '{a,b}'::text[] end`,
      outcome: `case when n = 4 then 'lost' else 'timed-out' end`,
      created_at: `windlass_now() + interval '1 minute' * (case when n = 5 then -9 when n = 6 then 9 else 0 end)`,
      tenant_id: `case when n = 7 then 'other' else 'acme' end`,
    });
    const now = systemRuntime.now();
    const within = { createdAfter: now - 300_000, createdBefore: now + 300_000 };
    const id = await on.begin('purge', { type: 'echo', queue: 'echo', tag: 'a', outcome: 'timed-out', ...within });
    await on.turn(term);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 1, changed: 1 });
    expect(await on.count('job_history')).toBe(7);
  });

  it('a cancel ends what is unfinished, tells the workers of what runs, and spares what has moved on since it was found', async () => {
    const queued = await on.store('jobs', 5);
    const active = await on.store('jobs', 3, {
      state: `'running'`,
      token: 'gen_random_uuid()',
      incarnation: 'gen_random_uuid()',
      lease_until: `windlass_now() + interval '1 hour'`,
    });
    const first = await on.begin('cancel', { state: 'queued' });
    const action = await on.running(first);
    const { runs } = await findActionJobs(on.db.engine, action, 200);
    expect(runs.map((each) => each.id)).toEqual([...queued].reverse());
    // Claimed between the look and the turn: the action was for queued ones.
    await on.db.engine.query(
      `update jobs set state = 'running', token = gen_random_uuid(), lease_until = windlass_now() + interval '1 hour' where id = $1`,
      [queued[0]],
    );
    const { changed } = await runTransaction(on.db.engine, 1_000, (tx) => changeJobs(tx, action, runs));
    expect(changed).toBe(4);
    expect(await on.count(`jobs where state = 'running'`)).toBe(4);
    await on.turn(term);
    expect(await on.read(first)).toEqual({ state: 'done', matched: 0, changed: 0 });
    const second = await on.begin('cancel', { queue: 'echo' });
    await on.turn(term);
    expect(await on.read(second)).toEqual({ state: 'done', matched: 4, changed: 4 });
    expect(await on.count(`job_history where state = 'cancelled' and reason = $1`, [`action ${second}`])).toBe(4);
    expect(await on.count('stopping_attempts')).toBe(4);
    await waitFor(() => active.every((each) => on.stopped.has(each)), { what: 'the word to the workers' });
  });

  it('a purge forgets finished jobs with all that belongs to them; what runs again or has not on.stopped stays', async () => {
    const [gone, again, stopping] = (await on.store('job_history', 3)) as [string, string, string];
    const text = `insert into job_logs (retention, tenant_id, job_id, run, epoch, seq, at, level, source, message)
      select 'standard', 'acme', id, 1, 1, 1, windlass_now(), 'info', 'handler', 'x' from job_history`;
    await on.db.engine.query(text);
    await on.db.engine.query(
      `insert into job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at)
       select 'standard', 'acme', id, 1, 1, 'failed', true, windlass_now() from job_history`,
    );
    await on.db.engine.query(
      `insert into artifacts (tenant_id, job_id, run, epoch, name, key, size, sha256, etag, content_type)
       select 'acme', id, 1, 1, 'a', 'k', 1, 's', 'e', 'text/plain' from job_history`,
    );
    await on.db.engine.query(
      `insert into jobs (id, ${COLUMNS}, state) select $1, ${PLAIN.replace('1 as run', '2 as run')}, 'queued'`,
      [again],
    );
    await on.db.engine.query(
      `insert into stopping_attempts (job_id, run, epoch, token, tenant_id, type, queue, retention, lease_until)
       values ($1, 1, 1, gen_random_uuid(), 'acme', 'echo', 'echo', 'standard', windlass_now())`,
      [stopping],
    );
    const id = await on.begin('purge', { type: 'echo' });
    await on.turn(term);
    expect(await on.read(id)).toEqual({ state: 'done', matched: 3, changed: 1 });
    for (const [table, column] of [
      ['job_history', 'id'],
      ['job_logs', 'job_id'],
      ['job_events', 'job_id'],
      ['artifacts', 'job_id'],
    ]) {
      expect(await on.count(`${table} where ${column} = $1`, [gone]), table).toBe(0);
      expect(await on.count(`${table} where ${column} = any($1)`, [[again, stopping]]), table).toBe(2);
    }
    expect(await on.count('garbage where prefix = $1', [`tenants/acme/jobs/${gone}/`])).toBe(1);
    expect(await on.count('garbage')).toBe(1);
  });

  it('jobs made after the action are not its business', async () => {
    await on.store('jobs', 3);
    const id = await on.begin('cancel', { queue: 'echo' });
    await on.store('jobs', 3);
    await on.turn(term);
    expect(await on.read(id)).toMatchObject({ matched: 3 });
    expect(await on.count('jobs')).toBe(3);
  });

  it('an earlier run of a job that matched says nothing about the job', async () => {
    const [id] = (await on.store('job_history', 1)) as [string];
    await on.db.engine.query(
      `insert into job_history (id, ${COLUMNS}, state, outcome, finished_at) select $1, ${PLAIN.replace('1 as run', '2 as run')}, 'succeeded', 'succeeded', windlass_now()`,
      [id],
    );
    const action = await on.begin('replay', { state: 'failed' });
    await on.turn(term);
    expect(await on.read(action)).toMatchObject({ state: 'done', changed: 0 });
    expect(await on.count('jobs')).toBe(0);
  });
});
