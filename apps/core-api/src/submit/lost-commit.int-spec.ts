import { type Connectable, cancelJobsInStore, type Database } from '@windlass/store';
import { waitFor } from '@windlass/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Cores, openCores } from '../cores.fixture.js';

type Client = Awaited<ReturnType<Connectable['connect']>>;

const MODES = ['reject', 'return', 'replace'] as const;
const dedupe = (onDuplicate: (typeof MODES)[number]) => ({ dedupe: { key: 'd', onDuplicate } });
const lost = Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });

/**
 * The first commit of a deduped submission is not answered, and its transaction stays open until `end`. `tries` counts the transactions
 * for deduped submissions.
 */
function loseFirstCommit(databases: Database[]) {
  const seen = { tries: 0 };
  let held: Client | undefined;
  const losing = (client: Client): Client => {
    const query = async (statement: unknown) => {
      if (statement === 'commit') throw lost;
      if (statement !== 'rollback') return client.query(statement as never);
    };
    return Object.create(client, { query: { value: query }, release: { value: () => {} } });
  };
  const spies = databases.map(({ engine }) => {
    const connect = engine.connect.bind(engine);
    return vi.spyOn(engine, 'connect').mockImplementation(((...callback: []) => {
      // The pool's own queries come with a callback; transactions of this spec are those of submissions.
      if (callback.length > 0) return connect(...callback);
      seen.tries += 1;
      if (seen.tries > 1) return connect();
      return connect().then((client) => {
        held = client;
        return losing(client);
      });
    }) as never);
  });
  const end = async (before: (tx: Client) => Promise<unknown> = async () => {}) => {
    for (const spy of spies) spy.mockRestore();
    if (!held) throw new Error('no commit was lost');
    await before(held);
    await held.query('commit');
    held.release();
  };
  // The second is the repetition of the flush; from the third on the submission itself asks again.
  const busy = () => waitFor(() => seen.tries >= 3, { what: 'the repetitions' });
  return { busy, end };
}

describe('a deduped submission whose commit is not answered', () => {
  let cores: Cores;
  beforeAll(async () => {
    cores = await openCores();
  });
  afterEach(() => cores.clean());
  afterAll(() => cores?.close());

  const jobs = async () => (await cores.db.engine.query('select id from jobs')).rows;
  const historyOf = async (id: string) =>
    (await cores.db.engine.query('select state, reason from job_history where id = $1', [id])).rows;

  it.each(MODES)('is made once and is never its own duplicate: %s', async (mode) => {
    const { busy, end } = loseFirstCommit(cores.databases);
    const submitted = cores.submit(dedupe(mode));
    await busy();
    await end();
    const [outcome] = await submitted;
    expect(outcome).toMatchObject({ state: 'queued', created: true });
    const { id } = outcome as { id: string };
    expect(await jobs()).toEqual([{ id }]);
    expect(await historyOf(id)).toEqual([]);
  });

  it('is not made again when its job has ended meanwhile', async () => {
    const { busy, end } = loseFirstCommit(cores.databases);
    const submitted = cores.submit(dedupe('replace'));
    await busy();
    await end(async (tx) => {
      const { rows } = await tx.query('select id from jobs');
      await cancelJobsInStore(tx, [{ tenantId: 'acme', id: rows[0].id, actor: 'me', reason: 'over' }]);
    });
    const [outcome] = await submitted;
    expect(outcome).toMatchObject({ created: true });
    expect(await jobs()).toEqual([]);
    expect(await historyOf((outcome as { id: string }).id)).toEqual([{ state: 'cancelled', reason: 'over' }]);
  });

  it('is never said not to exist while that is open', async () => {
    const { busy, end } = loseFirstCommit(cores.databases);
    const submitted = cores.submit(dedupe('return'));
    await busy();
    const outcomes = await submitted;
    await end();
    expect(outcomes).toMatchObject([{ problem: { code: 'store.unavailable', retryAfterMs: 1_000 } }]);
  });
});
