import {
  appendLogsInStore,
  closeStopping,
  expireJobs,
  extendLeases,
  promoteDue,
  refillLane,
  releaseAttemptsInStore,
  takeLeadership,
} from '@windlass/store';
import { waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { found } from '../check/flags.fixture.js';
import { installRecorder } from './install-recorder.js';
import { readHistoryRows } from './read-history-rows.js';
import { openRecorded, type Recorded } from './real-history.fixture.js';

describe('the recorder, on a real PostgreSQL', () => {
  let bed: Recorded;
  beforeAll(async () => {
    bed = await openRecorded();
  });
  afterEach(() => bed.clean());
  afterAll(() => bed?.close());

  const leaseIsOver = (id: string) =>
    waitFor(
      async () =>
        (await bed.query('select 1 from windlass.jobs where id = $1 and lease_until < windlass.windlass_now()', [id]))
          .rows.length,
      { what: 'the lease to run out' },
    );

  it('sees a lawful life of jobs, and the verdict over it is clean', async () => {
    const term = await bed.lead();
    await bed.succeed(await bed.submit());

    const delayed = await bed.submit({ delayMs: 1 });
    await waitFor(async () => (await promoteDue(bed.scheduler.engine, term, 10)).count, { what: 'the job to be due' });
    await refillLane(bed.core.engine, { queue: 'echo', type: 'echo' }, { window: 10, markMs: 60_000 });
    const first = await bed.claim(delayed);
    const failed = bed.handle(first, 'fail');
    await extendLeases(bed.core.beats, [{ ...first, progress: { percent: 1, message: failed, at: 1 } as never }], 300);
    await appendLogsInStore(bed.core.engine, [
      { ...first, lines: [{ seq: 1, at: Date.now(), level: 'info', source: 'handler', message: failed }] },
    ]);
    await bed.retry(first, 'failed');
    await releaseAttemptsInStore(bed.core.engine, [await bed.claim(delayed)], 100);
    const aborted = await bed.claim(delayed, 'worker-2');
    bed.handle(aborted, 'hang', 'worker-2');
    await bed.retry(aborted, 'aborted');
    await bed.succeed(delayed);

    const lost = await bed.submit();
    const attempt = await bed.claim(lost, 'worker-2');
    bed.handle(attempt, 'hang', 'worker-2');
    bed.faults.push({ kind: 'kill', target: 'worker-2', fromMs: Date.now(), toMs: Date.now() + 1 });
    await leaseIsOver(lost);
    expect(await bed.rescue(attempt, term)).toHaveLength(1);
    await bed.succeed(lost);

    const cancelled = await bed.submit();
    const stopping = await bed.claim(cancelled);
    bed.handle(stopping, 'hang');
    await bed.cancel(cancelled);
    await appendLogsInStore(bed.core.engine, [
      { ...stopping, lines: [{ seq: 1, at: Date.now(), level: 'info', source: 'handler', message: 'ending' }] },
    ]);
    await closeStopping(bed.core.engine, [stopping]);
    await bed.replay(cancelled);
    await bed.succeed(cancelled);

    await bed.submit({ ttlMs: 1 });
    await waitFor(async () => (await expireJobs(bed.scheduler.engine, term, 10)).count, { what: 'the job to expire' });

    const verdict = await bed.verdict();
    expect(verdict.violations).toEqual([]);
    expect(verdict.looked).toMatchObject({ operations: 6, jobs: 5, runs: 8, faults: 1 });
  });

  it('tells the writer, the leader and the grace at that moment, and passes over marks and plain beats', async () => {
    const term = await bed.lead();
    const id = await bed.submit();
    await refillLane(bed.core.engine, { queue: 'echo', type: 'echo' }, { window: 10, markMs: 60_000 });
    const job = await bed.claim(id);
    await extendLeases(bed.core.beats, [job], 300);
    await takeLeadership(bed.scheduler.beats, term.name, term.holder, 60_000);
    await leaseIsOver(id);
    await bed.rescue(job, term);
    const { changes } = await readHistoryRows(bed.query);
    expect(changes.map(({ table, op, app }) => `${app}: ${op} ${table}`)).toEqual([
      'scheduler-1: insert leaders',
      'core-api-1: insert jobs',
      'core-api-1: update jobs',
      'scheduler-1: update jobs',
      'scheduler-1: insert job_events',
    ]);
    const rescued = changes[3]!;
    expect(rescued.leader).toEqual({ holder: 'scheduler-1-7-abc', term: 1, live: true });
    expect(rescued.graceUntilMs).toBeLessThan(rescued.atMs);
    expect(Math.abs(rescued.atMs - Date.now())).toBeLessThan(60_000);
    expect(changes[4]!.currentEpoch).toBe(1);
    expect(JSON.stringify(changes)).not.toContain('payload');
    expect(changes[2]!.leader).toBeUndefined();
  });

  it('asks a simulation for the writer, and begins anew when it is cleared', async () => {
    await installRecorder(bed.query, { witness: { writer: `'core-api-7'`, sinceStart: `interval '0'` } });
    await bed.query(`insert into windlass.leaders values ('other', 'x', 1, now(), now())`);
    expect((await readHistoryRows(bed.query)).changes).toMatchObject([{ seq: 1, app: 'core-api-7', tookMs: 0 }]);
    await installRecorder(bed.query);
    await bed.clean();
    expect((await readHistoryRows(bed.query)).changes).toEqual([]);
  });

  describe('and a hand in the database', () => {
    const hand = (text: string, values: unknown[]) => bed.query(text, values);

    it('that ends a job with the result of an attempt before is flagged', async () => {
      const id = await bed.submit();
      const first = await bed.claim(id);
      const stale = bed.handle(first, 'ok');
      await bed.retry(first, 'failed');
      const second = await bed.claim(id, 'worker-2');
      bed.handle(second, 'ok', 'worker-2');
      await bed.finish(second, stale);
      expect(found(await bed.verdict())).toEqual(['H8 staleWrites']);
    });

    it('that adds a second terminal event is flagged', async () => {
      const id = await bed.submit();
      await bed.succeed(id);
      await bed.query('begin');
      await bed.query('drop index windlass.job_events_one_terminal');
      await hand(
        `insert into windlass.job_events (retention, tenant_id, job_id, run, epoch, kind, terminal, at)
         select retention, tenant_id, job_id, run, epoch, 'failed', true, at from windlass.job_events where job_id = $1 and terminal`,
        [id],
      );
      const verdict = await bed.verdict();
      await bed.query('rollback');
      expect(found(verdict)).toEqual(['H3 doubleTerminal']);
    });

    it('that adds a line of an attempt before is flagged; one of the current attempt is not', async () => {
      const id = await bed.submit();
      const first = await bed.claim(id);
      bed.handle(first, 'fail');
      await bed.retry(first, 'failed');
      const second = await bed.claim(id);
      const runId = bed.handle(second, 'ok');
      const add = (epoch: number) =>
        hand(
          `insert into windlass.job_logs (retention, tenant_id, job_id, run, epoch, seq, at, level, source, message)
           values ('standard', 'acme', $1, 1, $2, 9, now(), 'info', 'handler', 'x')`,
          [id, epoch],
        );
      await add(2);
      await add(1);
      await bed.finish(second, runId);
      const { violations } = await bed.verdict();
      expect(violations).toMatchObject([{ rule: 'H8', counts: 'staleWrites', jobId: id }]);
      expect(violations[0]!.text).toMatch(/run 1 epoch 1 was added while epoch 2 was current/);
    });

    it('that adds a line of an attempt before is not held against a statement that could not see the next one', async () => {
      const id = await bed.submit();
      const first = await bed.claim(id);
      bed.handle(first, 'fail');
      const keeper = await bed.connectOwner();
      await keeper.query('select pg_advisory_lock(1)');
      const slow = hand(
        `insert into windlass.job_logs (retention, tenant_id, job_id, run, epoch, seq, at, level, source, message)
         select 'standard', 'acme', j.id, 1, j.epoch, 9, now(), 'info', 'handler', 'x'
         from windlass.jobs j, lateral (select pg_advisory_lock_shared(1)) gate where j.id = $1 and j.epoch = 1`,
        [id],
      );
      await waitFor(
        async () =>
          (await keeper.query(`select 1 from pg_locks where locktype = 'advisory' and objid = 1 and not granted`))
            .rowCount,
        { what: 'the statement to be under way' },
      );
      await bed.retry(first, 'failed');
      const second = await bed.claim(id);
      await keeper.query('select pg_advisory_unlock(1)');
      await slow;
      await keeper.end();
      await bed.finish(second, bed.handle(second, 'ok'));
      const line = (await readHistoryRows(bed.query)).changes.find((change) => change.table === 'job_logs');
      expect(line).toMatchObject({ after: { epoch: 1 } });
      expect(line).not.toHaveProperty('currentEpoch');
      expect((await bed.verdict()).violations).toEqual([]);
    });

    it('that loses an accepted job is flagged', async () => {
      const id = await bed.submit();
      await bed.succeed(id);
      await bed.query('set session_replication_role = replica');
      await hand('delete from windlass.job_history where id = $1', [id]);
      await bed.query('set session_replication_role = origin');
      expect(found(await bed.verdict())).toContain('H1 lost');
    });

    it('that moves a job as a scheduler which does not lead is flagged', async () => {
      const term = await bed.lead();
      const id = await bed.submit();
      const job = await bed.claim(id, 'worker-2');
      await leaseIsOver(id);
      // Without its term in the statement: what a scheduler without the guard would write.
      await bed.rescue(job, term, bed.other);
      await bed.succeed(id);
      expect(found(await bed.verdict())).toEqual(['H8 staleWrites']);
    });

    it('that leaves a job and a wrong count behind is flagged', async () => {
      await bed.submit();
      await bed.query(
        `insert into windlass.queue_deltas (queue, type, state, delta) values ('echo', 'echo', 'running', 2)`,
      );
      const { stuck, violations } = await bed.verdict();
      expect(violations.map((each) => each.rule)).toEqual(['H7', 'H7']);
      expect(stuck).toBe(2);
    });
  });
});
