import { cancelJobsInStore, replayJobsInStore, retryAttempts, runTransaction } from '@windlass/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HistoryDrop } from './drop-history.js';
import { ALL, NONE, OLD_DAYS, openPast, type Past } from './past.fixture.js';

const DAYS = { short: 7, standard: 30, long: 365 };
const KEPT = (['short', 'standard', 'long'] as const).map((retention) => ({ retention, keepDays: DAYS[retention] }));

describe('the drop of history that is over, on a real PostgreSQL', () => {
  let past: Past;
  beforeAll(async () => {
    past = await openPast();
  });
  beforeEach(() => past.empty());
  afterAll(() => past?.close());

  const turnAll = async () => {
    const history = new HistoryDrop(past.db, past.logger, KEPT);
    for (let turn = 0; turn < 50; turn += 1) if ((await history.turn(past.term)) === undefined) return;
    throw new Error('the retention does not come to an end');
  };

  it('drops the weeks of a class that are over, and leaves younger ones and other classes', async () => {
    const old = await past.finish(await past.insert(-OLD_DAYS, 'standard'));
    const gone = await past.finish(await past.insert(-OLD_DAYS, 'short'));
    const long = await past.finish(await past.insert(-OLD_DAYS, 'long'), { artifact: true });
    const young = await past.finish(await past.insert(-20, 'standard'));
    await past.at(0);
    await turnAll();
    expect([await past.counts(old), await past.counts(gone)]).toEqual([NONE, NONE]);
    expect([await past.counts(long), await past.counts(young)]).toEqual([{ ...ALL, artifacts: 1 }, ALL]);
    for (const table of ['job_history', 'job_events', 'job_logs']) {
      expect(await past.weeks(`${table}_standard`)).not.toContain(await past.weekOf(-OLD_DAYS));
      expect((await past.weeks(`${table}_standard`))[0]).toBe(await past.weekOf(-30));
      expect((await past.weeks(`${table}_short`))[0]).toBe(await past.weekOf(-7));
      expect(await past.weeks(`${table}_long`)).toContain(await past.weekOf(-OLD_DAYS));
    }
    expect(await past.garbage()).toEqual([]);
  });

  it('files of what is dropped become garbage, and their rows are gone before anything is lent', async () => {
    const [one, two] = [await past.insert(-OLD_DAYS, 'standard'), await past.insert(-OLD_DAYS, 'standard')];
    await past.finish(one, { artifact: true });
    await past.finish(two, { file: true });
    const kept = await past.finish(await past.insert(-OLD_DAYS, 'long'), { artifact: true });
    await past.at(0);
    await turnAll();
    expect(await past.garbage()).toEqual([one, two].map((id) => `tenants/acme/jobs/${id}/1/`).sort());
    expect([await past.counts(one), await past.counts(kept)]).toEqual([NONE, { ...ALL, artifacts: 1 }]);
  });

  it('a job that ended late is kept from its end on, and goes from the default partition when its time has come', async () => {
    const late = await past.insert(-OLD_DAYS, 'standard');
    const [other] = [await past.finish(await past.insert(-OLD_DAYS, 'standard'))];
    await past.at(-2);
    await past.finish(late, { artifact: true });
    await past.at(0);
    await turnAll();
    expect([await past.counts(late), await past.counts(other)]).toEqual([{ ...ALL, artifacts: 1 }, NONE]);
    expect(await past.rows('select tableoid::regclass::text as place from job_history where id = $1', late)).toEqual([
      { place: 'job_history_standard_other' },
    ]);
    await past.at(27);
    await turnAll();
    expect(await past.counts(late)).toEqual({ ...ALL, artifacts: 1 });
    expect(await past.garbage()).toEqual([]);
    await past.at(29);
    await turnAll();
    expect(await past.counts(late)).toEqual(NONE);
    expect(await past.garbage()).toEqual([`tenants/acme/jobs/${late}/1/`]);
  });

  it('a job that has not ended keeps its events and logs, however old it is', async () => {
    const id = await past.insert(-OLD_DAYS, 'standard');
    await retryAttempts(past.db.engine, [{ ...(await past.claim(id)), outcome: 'failed', delayMs: 0 }]);
    await past.at(0);
    await turnAll();
    expect(await past.counts(id)).toEqual({ history: 0, events: 1, logs: 1, artifacts: 0 });
    await past.finish(id);
    expect(await past.counts(id)).toEqual({ history: 1, events: 2, logs: 2, artifacts: 0 });
  });

  it('a replayed job keeps the events and logs of earlier runs until it has ended, and they go with its last run', async () => {
    const [ended, unstarted] = [await past.insert(-OLD_DAYS, 'standard'), await past.insert(-OLD_DAYS, 'standard')];
    await past.finish(ended);
    await runTransaction(past.db.engine, 1_000, (tx) =>
      cancelJobsInStore(tx, [{ tenantId: 'acme', id: unstarted, actor: 'ann' }]),
    );
    await past.at(0);
    const again = [ended, unstarted].map((id) => ({ tenantId: 'acme', id, actor: 'ann' }));
    await runTransaction(past.db.engine, 1_000, (tx) => replayJobsInStore(tx, again));
    await turnAll();
    expect(await past.counts(ended)).toEqual({ history: 0, events: 2, logs: 1, artifacts: 0 });
    expect(await past.counts(unstarted)).toEqual({ history: 0, events: 2, logs: 0, artifacts: 0 });
    await past.finish(ended);
    await past.finish(unstarted);
    await turnAll();
    expect(await past.counts(ended)).toEqual({ history: 1, events: 3, logs: 2, artifacts: 0 });
    expect(await past.counts(unstarted)).toEqual({ history: 1, events: 3, logs: 1, artifacts: 0 });
    await past.at(31);
    await turnAll();
    expect([await past.counts(ended), await past.counts(unstarted)]).toEqual([NONE, NONE]);
  });
});
