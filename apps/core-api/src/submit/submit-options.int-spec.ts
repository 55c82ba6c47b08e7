import {
  attemptCancelled,
  changeQueue,
  queueReply,
  readJob,
  readJobReply,
  removeQueue,
  removeQueueReply,
  TOPIC,
} from '@windlass/contracts';
import { insertJobs } from '@windlass/store';
import { ECHO_TEMPLATE, waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Cores, openCores } from '../cores.fixture.js';

const dedupe = (onDuplicate: 'reject' | 'return' | 'replace', key = 'd') => ({ dedupe: { key, onDuplicate } });
const codeOf = (outcome: object | undefined) =>
  outcome && 'problem' in outcome ? (outcome.problem as { code: string }).code : 'none';

describe('what a submission may ask for, through two cores', () => {
  let cores: Cores;
  beforeAll(async () => {
    cores = await openCores();
  });
  afterEach(() => cores.clean());
  afterAll(() => cores?.close());

  const read = (id: string) => cores.gateway.call(readJob, readJobReply, { tenantId: 'acme', id });

  it('a delayed job is scheduled, and a repetition with its key hears the same', async () => {
    const delayed = { delayMs: 60_000, ttlMs: 120_000, idempotencyKey: 'k', fingerprint: 'f', priority: 7 };
    const [first] = await cores.submit(delayed);
    expect(first).toMatchObject({ state: 'scheduled', created: true });
    expect(await cores.submit(delayed)).toEqual([{ ...first, created: false }]);
    const id = (first as { id: string }).id;
    expect(await cores.claim([id])).toEqual([]);
    const job = await read(id);
    expect(job).toMatchObject({ state: 'scheduled', priority: 7, retention: 'standard' });
    expect((job.runAt ?? 0) - job.createdAt).toBe(60_000);
    expect((job.expiresAt ?? 0) - job.createdAt).toBe(120_000);
  });

  it('a repetition hears what the first heard, also when its queue is gone by now; another request under the key does not', async () => {
    const own = { tenantId: 'acme', actor: 'me', name: 'passing' };
    await cores.gateway.call(changeQueue, queueReply, { ...own, create: true });
    const asked = { queue: 'passing', idempotencyKey: 'once', fingerprint: 'f' };
    const [first] = await waitFor(
      async () => {
        const outcomes = await cores.submit(asked);
        return codeOf(outcomes[0]) === 'none' ? outcomes : undefined;
      },
      { what: 'the new queue to be known' },
    );
    await cores.db.engine.query(`delete from jobs where queue = 'passing'`);
    await cores.gateway.call(removeQueue, removeQueueReply, own);
    await waitFor(async () => codeOf((await cores.submit({ queue: 'passing' }))[0]) === 'submit.queue-unknown', {
      what: 'the queue to be forgotten',
    });
    expect(await cores.submit(asked)).toEqual([{ ...first, created: false }]);
    expect(codeOf((await cores.submit({ ...asked, fingerprint: 'g' }))[0])).toBe('submit.queue-unknown');
  });

  it('times that cannot be kept are refused, an unknown queue with the known ones', async () => {
    const [late, both, lost] = await cores.submit(
      { runAt: Date.now() + 60_000, ttlMs: 30_000 },
      { runAt: 1, delayMs: 1 },
      { queue: 'nowhere' },
    );
    expect(late).toMatchObject({ problem: { code: 'http.fields-invalid', errors: [{ path: '/ttl' }] } });
    expect(both).toMatchObject({ problem: { code: 'http.fields-invalid', errors: [{ path: '/runAt' }] } });
    expect(lost).toMatchObject({
      problem: { code: 'submit.queue-unknown', status: 422, detail: expect.stringContaining('echo') },
    });
    const made = { tenantId: 'acme', actor: 'me', name: 'nowhere', create: true };
    await cores.gateway.call(changeQueue, queueReply, made);
    // The other core's copy of the names may be some ms old.
    const [id] = await waitFor(() => cores.accepted({ queue: 'nowhere' }), { what: 'the new queue to be known' });
    expect(await read(id as string)).toMatchObject({ queue: 'nowhere' });
    await waitFor(() => cores.messages.includes(id as string), { what: 'the job message' });
  });

  it('all jobs of a key run, never more at a time than its limit, and nobody waits for a scheduler', async () => {
    const seen = cores.work();
    const keyed = { concurrency: { key: 'k', limit: 2 } };
    const ids = (await Promise.all([1, 2, 3].map(() => cores.accepted(...Array(8).fill(keyed))))).flat();
    await waitFor(() => seen.done.length === ids.length, { what: 'the jobs to end' });
    expect(seen.most).toBe(2);
    expect([...seen.done].sort()).toEqual([...ids].sort());
  });

  it('a used-up key keeps no other job waiting', async () => {
    const keyed = { concurrency: { key: 'k', limit: 1 } };
    const [first] = await cores.accepted(...Array(50).fill(keyed));
    await waitFor(() => cores.messages.length > 0, { what: 'the first of the key' });
    const [plain] = await cores.accepted({});
    await waitFor(() => cores.messages.includes(plain as string), { what: 'the plain job' });
    expect(cores.messages).toEqual([first, plain]);
  });

  it('of two in one message the second is the duplicate; return answers with the first, replace takes its place', async () => {
    const [first, second, third] = await cores.submit(dedupe('reject'), dedupe('reject'), dedupe('return', 'other'));
    const id = (first as { id: string }).id;
    expect(second).toMatchObject({
      problem: { code: 'submit.duplicate', status: 409, detail: expect.stringContaining(id) },
    });
    expect(third).toMatchObject({ created: true });
    const [returned] = await cores.submit(dedupe('return'));
    expect(returned).toEqual({ id, state: 'queued', created: false, duplicate: true, type: 'echo' });

    const [attempt] = await cores.claim([id]);
    const told: unknown[] = [];
    await cores.broker.listen(TOPIC.attemptCancelled, (body) => {
      told.push(...attemptCancelled.decode(body).items);
    });
    const waiting = cores.gateway.call(readJob, readJobReply, { tenantId: 'acme', id, waitMs: 10_000 });
    const [replacing] = await cores.accepted(dedupe('replace'));
    expect(await waiting).toMatchObject({ state: 'cancelled', stopping: true, reason: `replaced by ${replacing}` });
    await waitFor(() => told.length > 0, { what: 'the word to the worker' });
    expect(told).toMatchObject([{ jobId: id, run: 1, epoch: attempt?.epoch }]);
  });

  it('many duplicates in one message share their transactions; of those that replace each other the surplus is refused at once', async () => {
    let transactions = 0;
    const spies = cores.databases.map(({ engine }) => {
      const connect = engine.connect.bind(engine);
      return vi.spyOn(engine, 'connect').mockImplementation(((...callback: []) => {
        // The pool's own queries come with a callback.
        if (callback.length === 0) transactions += 1;
        return connect(...callback);
      }) as never);
    });
    const codes = (await cores.submit(...Array(600).fill(dedupe('reject')))).map(codeOf);
    for (const spy of spies) spy.mockRestore();
    expect(codes).toEqual(['none', ...Array(599).fill('submit.duplicate')]);
    // Two flushes of at most 500 items, and what the dispatcher may have done meanwhile.
    expect(transactions).toBeLessThan(10);
    const replaced = (await cores.submit(...Array(50).fill(dedupe('replace')))).map(codeOf);
    expect(replaced).toEqual([...Array(32).fill('none'), ...Array(18).fill('submit.not-accepted')]);
    // Their places are free again.
    expect(await cores.accepted(...Array(32).fill(dedupe('replace')))).toHaveLength(32);
  });

  it('a burst under one Idempotency-Key makes one job, and all hear of it; those with another body hear that', async () => {
    const keyed = { idempotencyKey: 'burst', fingerprint: 'f' };
    const [first, ...rest] = await cores.submit(...Array(60).fill(keyed), { ...keyed, fingerprint: 'g' });
    expect(first).toMatchObject({ created: true });
    const other = rest.pop();
    expect(rest).toEqual(Array(59).fill({ ...first, created: false }));
    expect(codeOf(other)).toBe('submit.key-reused');
    const mixed = Array.from({ length: 200 }, (_, n) => ({ ...keyed, fingerprint: n % 5 ? `g${n % 5}` : 'f' }));
    const codes = (await cores.submit(...mixed)).map(codeOf);
    expect(codes).toEqual(mixed.map(({ fingerprint }) => (fingerprint === 'f' ? 'none' : 'submit.key-reused')));
  });

  it('of many that come to two cores at once one is made, whatever the mode', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => cores.submit(dedupe('reject'))));
    expect(results.flat().filter((outcome) => 'created' in outcome)).toHaveLength(1);
    expect(results.flat().filter((outcome) => codeOf(outcome) === 'submit.duplicate')).toHaveLength(19);
    await Promise.all(Array.from({ length: 20 }, () => cores.accepted(dedupe('replace'))));
    const { rows } = await cores.db.engine.query('select count(*)::int as n from jobs');
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('a key that another transaction has in hand is answered at once, its neighbours are stored; then the first answer counts', async () => {
    const client = await cores.db.engine.connect();
    const id = '01900000-0000-7000-8000-0000000000aa';
    const keyed = { idempotencyKey: 'slow', fingerprint: 'f' };
    try {
      await client.query('begin');
      const job = {
        id,
        template: ECHO_TEMPLATE,
        payload: '{}',
        dispatched: false,
        key: { value: 'slow', fingerprint: 'f' },
      };
      await insertJobs(client, [job], { repeated: false, markMs: 1 });
      const [busy, neighbour, apart] = await cores.submit(keyed, { idempotencyKey: 'quick' }, {});
      expect(busy).toMatchObject({ problem: { code: 'submit.key-in-progress', status: 409, retryAfterMs: 1_000 } });
      expect([neighbour, apart]).toMatchObject([{ created: true }, { created: true }]);
      await client.query('commit');
    } finally {
      client.release();
    }
    expect(await cores.submit(keyed)).toEqual([{ id, state: 'queued', created: false }]);
    expect((await cores.submit({ ...keyed, fingerprint: 'g' })).map(codeOf)).toEqual(['submit.key-reused']);
  });

  it('a dedupe key that stays in hand is given up on, its neighbours are stored', async () => {
    const client = await cores.db.engine.connect();
    try {
      await client.query('begin');
      await client.query(`select pg_advisory_xact_lock(hashtextextended('acme' || chr(10) || 'd', 13))`);
      const outcomes = await cores.submit(dedupe('return'), dedupe('return', 'e'));
      expect(outcomes.map(codeOf)).toEqual(['submit.not-accepted', 'none']);
    } finally {
      await client.query('rollback');
      client.release();
    }
  });
});
