import { dropWeek, type KeptClass, sweepWeek, watchWeek } from '@windlass/store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HistoryDrop } from './drop-history.js';
import { ALL, OLD_DAYS, openPast, type Past } from './past.fixture.js';

const KEPT: KeptClass = { retention: 'standard', keepDays: 30 };

describe('the drop of a week amid others who write, read and lead, on a real PostgreSQL', () => {
  let past: Past;
  beforeAll(async () => {
    past = await openPast();
  });
  beforeEach(() => past.empty());
  afterAll(() => past?.close());

  it('a week of many pages is swept to its end, each file once', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await past.insert(-OLD_DAYS, 'standard'));
    for (const id of ids) await past.finish(id, { artifact: true, file: true });
    await past.at(0);
    let [page, steps]: [number | undefined, number] = [0, 0];
    for (; page !== undefined; steps += 1) {
      const swept = await sweepWeek(past.db.engine, past.term, KEPT, {
        week: await past.weekOf(-OLD_DAYS),
        fromPage: page,
        pages: 1,
      });
      page = swept?.nextPage;
    }
    expect(steps).toBeGreaterThan(2);
    expect(await past.garbage()).toEqual(ids.map((id) => `tenants/acme/jobs/${id}/1/`).sort());
  });

  it('what ends between the sweep and the drop is kept as well, wherever its row lands', async () => {
    const [swept, late]: [string[], string[]] = [[], []];
    for (let n = 0; n < 60; n += 1) swept.push(await past.insert(-OLD_DAYS, 'standard'));
    for (let n = 0; n < 40; n += 1) late.push(await past.insert(-OLD_DAYS, 'standard'));
    for (const id of swept) await past.finish(id);
    await past.at(0);
    const week = await past.weekOf(-OLD_DAYS);
    const leaf = `job_history_standard_${week}`;
    // Room in the first page, so that not all that comes stands behind what was swept.
    await past.owner.engine.query(`delete from ${leaf} where ctid < '(1,0)'`);
    await past.owner.engine.query(`vacuum ${leaf}`);
    expect(await watchWeek(past.db.engine, past.term, KEPT, week)).toBe(true);
    let page: number | undefined = 0;
    while (page !== undefined) {
      const pages = await sweepWeek(past.db.engine, past.term, KEPT, { week, fromPage: page, pages: 1 });
      expect(pages?.late).toEqual([]);
      page = pages?.nextPage;
    }
    for (const id of late) await past.finish(id);
    expect((await past.rows(`select id from ${leaf} where ctid < '(1,0)'`)).length).toBeGreaterThan(0);
    expect(await dropWeek(past.db.engine, past.term, KEPT, { week, keep: [] })).toBe(3);
    for (const id of late) expect(await past.counts(id)).toEqual(ALL);
    expect(await past.rows('select 1 from job_history')).toHaveLength(late.length);
    expect(await past.rows('select 1 from late_ends')).toEqual([]);
  });

  it('what was found in one term is not dropped by in the next: another leader may have swept in between', async () => {
    const id = await past.insert(-OLD_DAYS, 'standard');
    const { term } = past;
    await past.at(0);
    const reader = await past.owner.engine.connect();
    const history = new HistoryDrop(past.db, past.logger, [KEPT]);
    try {
      await reader.query('begin; select count(*) from job_history');
      expect(await history.turn(past.term)).toBeGreaterThan(1_000);
      await past.finish(id);
      const other = { ...term, holder: 'other', term: term.term + 1 };
      await past.owner.engine.query(`update leaders set holder = 'other', term = term + 1`);
      expect(await new HistoryDrop(past.db, past.logger, [KEPT]).turn(other)).toBeGreaterThan(1_000);
      await past.owner.engine.query(`update leaders set holder = 'me', term = term + 1`);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
    past.term = { ...term, term: term.term + 2 };
    await history.turn(past.term);
    expect(await past.weeks('job_history_standard')).not.toContain(await past.weekOf(-OLD_DAYS));
    expect(await past.counts(id)).toEqual(ALL);
  });

  it('an old term does nothing, and nobody drops what is not over', async () => {
    const id = await past.finish(await past.insert(-OLD_DAYS, 'standard'), { artifact: true });
    await past.at(0);
    const old = { ...past.term, term: past.term.term - 1 };
    expect(await watchWeek(past.db.engine, old, KEPT, await past.weekOf(-OLD_DAYS))).toBe(false);
    const week = await past.weekOf(-OLD_DAYS);
    expect(await sweepWeek(past.db.engine, old, KEPT, { week, fromPage: 0, pages: 512 })).toBeUndefined();
    expect(await dropWeek(past.db.engine, old, KEPT, { week, keep: [] })).toBeUndefined();
    await expect(dropWeek(past.db.engine, past.term, KEPT, { week, keep: [] })).rejects.toThrow(/is not watched/);
    const now = { week: await past.weekOf(0), keep: [] };
    await expect(dropWeek(past.db.engine, past.term, KEPT, now)).rejects.toThrow(/is not over/);
    await expect(dropWeek(past.db.engine, past.term, { ...KEPT, keepDays: 0 }, now)).rejects.toThrow(/retention/);
    await expect(past.db.engine.query(`drop table job_history_standard_${week}`)).rejects.toThrow(/must be owner/);
    expect(await past.counts(id)).toEqual({ ...ALL, artifacts: 1 });
  });

  it('readers in the way are waited for a second, then the drop comes later', async () => {
    await past.finish(await past.insert(-OLD_DAYS, 'standard'));
    await past.at(0);
    const reader = await past.owner.engine.connect();
    const history = new HistoryDrop(past.db, past.logger, [KEPT]);
    try {
      await reader.query('begin; select count(*) from job_history');
      expect(await history.turn(past.term)).toBeGreaterThan(1_000);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
    expect(await past.weeks('job_history_standard')).toContain(await past.weekOf(-OLD_DAYS));
    await history.turn(past.term);
    expect(await past.weeks('job_history_standard')).not.toContain(await past.weekOf(-OLD_DAYS));
  });
});
