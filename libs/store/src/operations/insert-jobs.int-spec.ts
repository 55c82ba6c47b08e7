import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { admitHeld, findKeys, insertDedupedJobs, insertJobs, type JobExtras, type NewJob } from '../index.js';
import { type Engine, openEngine } from './engine-harness.fixture.js';

const ONCE = { repeated: false, markMs: 60_000 };
const AGAIN = { repeated: true, markMs: 60_000 };

describe('submissions, on a real PostgreSQL', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine();
  });
  afterEach(() => engine.clean());
  afterAll(() => engine?.close());

  const deduped = (onDuplicate: 'reject' | 'return' | 'replace', key = 'd', more: JobExtras = {}): NewJob =>
    engine.jobOf({ ...more, dedupe: { key, onDuplicate } });
  const keyed = (job: NewJob, value = 'k'): NewJob => ({ ...job, key: { value, fingerprint: 'f' } });
  const submit = (jobs: NewJob[], options = ONCE, from = engine.db) => insertDedupedJobs(from.engine, jobs, options);
  const outcomes = async (jobs: NewJob[], options = ONCE) => (await submit(jobs, options)).outcomes;
  const hot = async () => (await engine.query<{ id: string }>('select id from jobs order by id')).map((row) => row.id);
  const holderOf = async (key: string) => (await findKeys(engine.db.engine, [{ tenantId: 'acme', key }]))[0];

  it('delay and time to live count from the commit by the database’s clock; a moment that has passed means now', async () => {
    const delayed = engine.jobOf({ delayMs: 90_000, ttlMs: 120_000 });
    const past = engine.jobOf({ runAtMs: 1_000 });
    const future = engine.jobOf({ runAtMs: 4_000_000_000_000 });
    const inserted = await insertJobs(engine.db.engine, [delayed, past, future, engine.jobOf()], ONCE);
    expect([...inserted.values()].sort()).toEqual(['queued', 'queued', 'scheduled', 'scheduled']);
    const rows = await engine.query(
      `select state, queued_at is not null as queued, (extract(epoch from run_at - created_at) * 1000)::float8 as delay,
         (extract(epoch from expires_at - created_at) * 1000)::float8 as ttl from jobs order by id`,
    );
    expect(rows).toEqual([
      { state: 'scheduled', queued: false, delay: 90_000, ttl: 120_000 },
      { state: 'queued', queued: true, delay: expect.any(Number), ttl: null },
      { state: 'scheduled', queued: false, delay: expect.any(Number), ttl: null },
      { state: 'queued', queued: true, delay: null, ttl: null },
    ]);
  });

  it('the first answer is kept with the key, whatever becomes of the job', async () => {
    const job = keyed(engine.jobOf({ delayMs: 60_000 }));
    await insertJobs(engine.db.engine, [job], ONCE);
    await engine.query(`update jobs set state = 'queued'`);
    const second = keyed(engine.jobOf());
    expect((await insertJobs(engine.db.engine, [second], ONCE)).size).toBe(0);
    expect(await holderOf('k')).toMatchObject({ answer: { id: job.id, state: 'scheduled' }, live: true });
  });

  it('a key that another transaction has in hand is passed over, its neighbours are not', async () => {
    const [first, second, neighbour] = [keyed(engine.jobOf()), keyed(engine.jobOf()), keyed(engine.jobOf(), 'k2')];
    const slow = await engine.other.engine.connect();
    try {
      await slow.query('begin');
      await insertJobs(slow, [first], ONCE);
      expect([...(await insertJobs(engine.db.engine, [second, neighbour], ONCE)).keys()]).toEqual([neighbour.id]);
      expect(await holderOf('k')).toBeUndefined();
      const twin = { ...keyed(deduped('reject')), id: second.id };
      expect(await outcomes([twin])).toEqual([{ kind: 'busy', on: 'key' }]);
      await slow.query('commit');
    } finally {
      slow.release();
    }
    expect((await insertJobs(engine.db.engine, [second], ONCE)).size).toBe(0);
    expect((await holderOf('k'))?.answer.id).toBe(first.id);
  });

  it('reject and return name the holder, replace cancels it with the new job’s id; a finished one holds nothing', async () => {
    const { claim, query } = engine;
    const first = deduped('reject');
    expect(await outcomes([first])).toEqual([{ kind: 'inserted', state: 'queued' }]);
    await claim([first.id]);
    const duplicate = { kind: 'duplicate', holder: { id: first.id, state: 'running', type: 'echo' } };
    expect(await outcomes([deduped('reject'), deduped('return', 'other')])).toEqual([
      duplicate,
      { kind: 'inserted', state: 'queued' },
    ]);
    expect(await outcomes([deduped('return')])).toEqual([duplicate]);
    const third = deduped('replace', 'd', { delayMs: 5_000 });
    const replaced = await submit([third]);
    expect(replaced.outcomes).toEqual([{ kind: 'inserted', state: 'scheduled' }]);
    expect(replaced.cancelled).toMatchObject([{ id: first.id, wasRunning: true, run: 1, epoch: 1 }]);
    expect(await query('select id, state, reason from job_history where id = $1', [first.id])).toEqual([
      { id: first.id, state: 'cancelled', reason: `replaced by ${third.id}` },
    ]);
    expect(await query('select job_id from stopping_attempts')).toEqual([{ job_id: first.id }]);
    await query('delete from jobs');
    expect(await outcomes([deduped('reject')])).toMatchObject([{ kind: 'inserted' }]);
  });

  it('jobs of one call with the same dedupe key are taken in their order, whatever their templates and modes', async () => {
    const inOrder = async (...modes: ('reject' | 'return' | 'replace')[]) => {
      const jobs = modes.map((mode, n) =>
        engine.jobOf({ dedupe: { key: 'd', onDuplicate: mode } }, { priority: 9 - (n % 2) }),
      );
      const { outcomes, cancelled } = await submit(jobs);
      const places = new Map(jobs.map((job, n) => [job.id, n]));
      return {
        kinds: outcomes.map((each) => (each.kind === 'duplicate' ? places.get(each.holder.id) : each.kind)),
        cancelled: cancelled.map((each) => places.get(each.id)),
        hot: (await hot()).map((id) => places.get(id)),
      };
    };
    expect(await inOrder('reject', 'return', 'reject', 'return')).toEqual({
      kinds: ['inserted', 0, 0, 0],
      cancelled: [],
      hot: [0],
    });
    await engine.clean();
    expect(await inOrder('reject', 'return', 'replace', 'return')).toEqual({
      kinds: ['inserted', 0, 'inserted', 2],
      cancelled: [0],
      hot: [2],
    });
    // Now another call's job is there: the one that replaces it counts for those behind it only.
    expect(await inOrder('return', 'replace', 'reject')).toEqual({
      kinds: [undefined, 'inserted', 1],
      cancelled: [undefined],
      hot: [1],
    });
  });

  it('the same dedupe key of another tenant is another key', async () => {
    const foreign = engine.jobOf({ dedupe: { key: 'd', onDuplicate: 'reject' } }, { tenantId: 'other' });
    expect(await outcomes([deduped('reject'), foreign])).toMatchObject([{ kind: 'inserted' }, { kind: 'inserted' }]);
  });

  it('a refused duplicate leaves its Idempotency-Key free, one that got the holder keeps that answer', async () => {
    const first = deduped('reject');
    await outcomes([first]);
    await outcomes([keyed(deduped('reject'))]);
    expect(await holderOf('k')).toBeUndefined();
    await outcomes([keyed(deduped('return'))]);
    await engine.query('delete from jobs');
    expect(await outcomes([keyed(deduped('return'))])).toMatchObject([
      { kind: 'repeated', holder: { fingerprint: 'f', answer: { id: first.id, state: 'queued', duplicate: true } } },
    ]);
    expect(await hot()).toEqual([]);
  });

  it('two cores that submit the same dedupe key at once make one job; with replace the last one stays', async () => {
    for (const mode of ['reject', 'return', 'replace'] as const) {
      const inserted: string[] = [];
      const one = async (job: NewJob, from: typeof engine.db): Promise<string> => {
        const [outcome] = (await submit([job], ONCE, from)).outcomes;
        if (outcome?.kind === 'busy') return one(job, from);
        if (outcome?.kind === 'inserted') inserted.push(job.id);
        return outcome?.kind ?? '';
      };
      const cores = [engine.db, engine.other];
      const kinds = await Promise.all(Array.from({ length: 12 }, (_, n) => one(deduped(mode), cores[n % 2] as never)));
      expect(await hot()).toHaveLength(1);
      expect(inserted).toContain((await hot())[0]);
      expect(inserted).toHaveLength(mode === 'replace' ? 12 : 1);
      expect(new Set(kinds)).toEqual(new Set(mode === 'replace' ? ['inserted'] : ['inserted', 'duplicate']));
      await engine.clean();
    }
  });

  it('a dedupe key that another transaction has in hand is busy, its neighbours are not', async () => {
    const slow = await engine.other.engine.connect();
    try {
      await slow.query('begin');
      await slow.query(`select pg_advisory_xact_lock(hashtextextended('acme' || chr(10) || 'd', 13))`);
      expect(await outcomes([deduped('replace'), deduped('replace', 'e')])).toEqual([
        { kind: 'busy', on: 'dedupe' },
        { kind: 'inserted', state: 'queued' },
      ]);
      await slow.query('rollback');
    } finally {
      slow.release();
    }
  });

  it('a flush repeated after an unknown commit makes nothing twice and takes no job for its own duplicate', async () => {
    const { db, query, claimFull, finish } = engine;
    const plain = [
      engine.jobOf(),
      keyed(engine.jobOf({ delayMs: 60_000 })),
      engine.jobOf({ concurrency: { key: 'c', limit: 1 } }),
    ];
    await insertJobs(db.engine, plain, ONCE);
    expect((await insertJobs(db.engine, plain, AGAIN)).size).toBe(0);
    expect(await holderOf('k')).toMatchObject({ answer: { id: plain[1]?.id, state: 'scheduled' } });

    const apart = [
      deduped('reject'),
      keyed(deduped('return', 'e', { delayMs: 60_000 }), 'k2'),
      deduped('replace', 'f', { concurrency: { key: 'c', limit: 1 } }),
      deduped('replace', 'g'),
    ];
    await outcomes(apart);
    // One has ended since, one was admitted.
    await finish(await claimFull([apart[3]?.id ?? '']));
    await admitHeld(db.engine, [{ tenantId: 'acme', key: 'c' }]);
    const before = await hot();
    const again = await submit(apart, AGAIN);
    expect(again.outcomes.map((outcome) => outcome.kind)).toEqual(Array(4).fill('inserted'));
    expect(again.outcomes[1]).toEqual({ kind: 'inserted', state: 'scheduled' });
    expect(again.cancelled).toEqual([]);
    expect(await hot()).toEqual(before);
    expect(await query('select id from job_history where id = any($1)', [apart.map((job) => job.id)])).toHaveLength(1);
    expect(await holderOf('k2')).toMatchObject({ answer: { id: apart[1]?.id, state: 'scheduled' } });
  });

  it('a job is never its own duplicate, also for a caller that does not know of its first commit', async () => {
    for (const mode of ['reject', 'return', 'replace'] as const) {
      const job = deduped(mode);
      await submit([job]);
      expect(await submit([job])).toEqual({ outcomes: [{ kind: 'inserted', state: 'queued' }], cancelled: [] });
      expect(await hot()).toEqual([job.id]);
      await engine.clean();
    }
  });

  it('a repetition that meets a busy key says that it is one: the key may be the job’s own', async () => {
    const slow = await engine.other.engine.connect();
    try {
      await slow.query('begin');
      await slow.query(`select pg_advisory_xact_lock(hashtextextended('acme' || chr(10) || 'd', 13))`);
      expect(await outcomes([deduped('replace')], AGAIN)).toEqual([{ kind: 'busy', on: 'dedupe', repeated: true }]);
    } finally {
      await slow.query('rollback');
      slow.release();
    }
  });

  it('what did not commit the first time is inserted by the repetition', async () => {
    const job = keyed(deduped('reject'), randomUUID());
    expect(await outcomes([job], AGAIN)).toEqual([{ kind: 'inserted', state: 'queued' }]);
  });
});
