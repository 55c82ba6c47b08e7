import { randomUUID } from 'node:crypto';
import { ManualRuntime, systemRuntime } from '@windlass/clock';
import type { Retention } from '@windlass/contracts';
import { createLogger } from '@windlass/service-kit';
import {
  appendLogsInStore,
  cancelJobsInStore,
  claimJobsInStore,
  connectDatabase,
  type Database,
  dropWeek,
  finishAttempts,
  insertJobs,
  type KeptClass,
  type LeaderTerm,
  migrate,
  preparePartitions,
  replayJobsInStore,
  retryAttempts,
  runTransaction,
  sweepWeek,
  takeDueGarbage,
  takeLeadership,
  watchWeek,
} from '@windlass/store';
import { ECHO_TEMPLATE, freshDatabase } from '@windlass/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HistoryDrop } from './drop-history.js';
import { retain } from './retain.js';

const DAY_MS = 86_400_000;
const DAYS = { short: 7, standard: 30, long: 365 };
const KEPT = (['short', 'standard', 'long'] as const).map((retention) => ({ retention, keepDays: DAYS[retention] }));
/** Of a Wednesday, so that a day more or less stays within the week. */
const OLD_DAYS = 60 + ((new Date().getUTCDay() + 4 - (60 % 7) + 7) % 7);

describe('retention, on a real PostgreSQL', () => {
  const logger = createLogger({ service: 'scheduler', level: 'error', format: 'json', machine: 'test' });
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let db: Database;
  /** The owner, who may turn the clock and look everywhere. */
  let owner: Database;
  let term: LeaderTerm;

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls);
    db = await connectDatabase({ ...database.urls, applicationName: 'test' });
    owner = await connectDatabase({ ...database.urls, engineUrl: database.url, applicationName: 'test' });
    term = (await takeLeadership(db.beats, 'scheduler', 'me', 1_000 * DAY_MS)) as LeaderTerm;
  });
  beforeEach(async () => {
    await owner.engine.query(
      'truncate jobs, job_history, job_events, job_logs, artifacts, garbage, files, audit_log, job_actions',
    );
    // As if the platform had been there at the time.
    for (const days of [-OLD_DAYS, -30, -20, -7]) {
      await at(days);
      await preparePartitions(db.engine, 0);
    }
    await at(0);
  });
  afterAll(async () => {
    await owner?.close();
    await db?.close();
    await database?.drop();
  });

  /** The clock of the database, some days from now. */
  const at = (days: number) =>
    owner.engine.query(
      `create or replace function windlass_now() returns timestamptz language sql volatile as 'select clock_timestamp() + interval ''${days} days'''`,
    );
  const rows = async (text: string, ...values: unknown[]) => (await owner.engine.query(text, values)).rows;
  const newId = (days: number) =>
    new ManualRuntime({ startMs: Date.now() + days * DAY_MS, seed: Math.random() * 2 ** 32 }).uuid();
  const insert = async (days: number, retention: Retention) => {
    await at(days);
    const id = newId(days);
    const template = { ...ECHO_TEMPLATE, retention };
    await insertJobs(db.engine, [{ id, template, payload: '{}', dispatched: false }], { repeated: false, markMs: 1 });
    return id;
  };
  const claim = async (id: string) => {
    const [token, incarnation] = [randomUUID(), randomUUID()];
    const request = { worker: 'w', incarnation, token, type: 'echo', versions: [1], ids: [id], free: 1 };
    const [job] = (await claimJobsInStore(db.engine, [request], 20_000)).get(token) ?? [];
    if (!job) throw new Error('not claimed');
    const line = { seq: 1, at: 1, level: 'info' as const, source: 'handler', message: 'm' };
    await appendLogsInStore(db.engine, [{ ...job, lines: [line] }]);
    return job;
  };
  const stored = (jobId: string) => ({
    name: 'a',
    key: `tenants/acme/jobs/${jobId}/1/1/a`,
    size: 1,
    sha256: 'a'.repeat(64),
    etag: 'e',
    contentType: 'text/plain',
  });
  const finish = async (id: string, how: { artifact?: boolean; file?: boolean } = {}) => {
    const job = await claim(id);
    const files = {
      ...(how.artifact ? { artifacts: [stored(id)] } : {}),
      ...(how.file ? { resultFile: stored(id) } : {}),
    };
    await finishAttempts(db.engine, [{ ...job, state: 'succeeded', outcome: 'succeeded', ...files }]);
    return id;
  };
  const counts = async (id: string) =>
    (
      await rows(
        `select (select count(*)::int from job_history where id = $1) as history, (select count(*)::int from job_events where job_id = $1) as events,
           (select count(*)::int from job_logs where job_id = $1) as logs, (select count(*)::int from artifacts where job_id = $1) as artifacts`,
        id,
      )
    )[0];
  const ALL = { history: 1, events: 1, logs: 1, artifacts: 0 };
  const NONE = { history: 0, events: 0, logs: 0, artifacts: 0 };
  const weeks = async (table: string) =>
    (await rows(`select relname from pg_class where relname ~ ('^' || $1 || '_[0-9]+$') order by 1`, table)).map(
      (row) => row.relname.slice(-8) as string,
    );
  const weekOf = async (days: number) =>
    (
      await rows(
        `select to_char(date_trunc('week', clock_timestamp() + $1 * interval '1 day', 'UTC') at time zone 'UTC', 'YYYYMMDD') as week`,
        days,
      )
    )[0].week as string;
  const turnAll = async () => {
    const history = new HistoryDrop(db, logger, KEPT);
    for (let turn = 0; turn < 50; turn += 1) if ((await history.turn(term)) === undefined) return;
    throw new Error('the retention does not come to an end');
  };
  const garbage = async () => (await takeDueGarbage(db.engine, 100, 1_000)).map((each) => each.prefix).sort();

  it('drops the weeks of a class that are over, and leaves younger ones and other classes', async () => {
    const old = await finish(await insert(-OLD_DAYS, 'standard'));
    const gone = await finish(await insert(-OLD_DAYS, 'short'));
    const long = await finish(await insert(-OLD_DAYS, 'long'), { artifact: true });
    const young = await finish(await insert(-20, 'standard'));
    await at(0);
    await turnAll();
    expect([await counts(old), await counts(gone)]).toEqual([NONE, NONE]);
    expect([await counts(long), await counts(young)]).toEqual([{ ...ALL, artifacts: 1 }, ALL]);
    for (const table of ['job_history', 'job_events', 'job_logs']) {
      expect(await weeks(`${table}_standard`)).not.toContain(await weekOf(-OLD_DAYS));
      expect((await weeks(`${table}_standard`))[0]).toBe(await weekOf(-30));
      expect((await weeks(`${table}_short`))[0]).toBe(await weekOf(-7));
      expect(await weeks(`${table}_long`)).toContain(await weekOf(-OLD_DAYS));
    }
    expect(await garbage()).toEqual([]);
  });

  it('files of what is dropped become garbage, and their rows are gone before anything is lent', async () => {
    const [one, two] = [await insert(-OLD_DAYS, 'standard'), await insert(-OLD_DAYS, 'standard')];
    await finish(one, { artifact: true });
    await finish(two, { file: true });
    const kept = await finish(await insert(-OLD_DAYS, 'long'), { artifact: true });
    await at(0);
    await turnAll();
    expect(await garbage()).toEqual([one, two].map((id) => `tenants/acme/jobs/${id}/1/`).sort());
    expect([await counts(one), await counts(kept)]).toEqual([NONE, { ...ALL, artifacts: 1 }]);
  });

  it('a job that ended late is kept from its end on, and goes from the default partition when its time has come', async () => {
    const late = await insert(-OLD_DAYS, 'standard');
    const [other] = [await finish(await insert(-OLD_DAYS, 'standard'))];
    await at(-2);
    await finish(late, { artifact: true });
    await at(0);
    await turnAll();
    expect([await counts(late), await counts(other)]).toEqual([{ ...ALL, artifacts: 1 }, NONE]);
    expect(await rows('select tableoid::regclass::text as place from job_history where id = $1', late)).toEqual([
      { place: 'job_history_standard_other' },
    ]);
    await at(27);
    await turnAll();
    expect(await counts(late)).toEqual({ ...ALL, artifacts: 1 });
    expect(await garbage()).toEqual([]);
    await at(29);
    await turnAll();
    expect(await counts(late)).toEqual(NONE);
    expect(await garbage()).toEqual([`tenants/acme/jobs/${late}/1/`]);
  });

  it('a job that has not ended keeps its events and logs, however old it is', async () => {
    const id = await insert(-OLD_DAYS, 'standard');
    await retryAttempts(db.engine, [{ ...(await claim(id)), outcome: 'failed', delayMs: 0 }]);
    await at(0);
    await turnAll();
    expect(await counts(id)).toEqual({ history: 0, events: 1, logs: 1, artifacts: 0 });
    await finish(id);
    expect(await counts(id)).toEqual({ history: 1, events: 2, logs: 2, artifacts: 0 });
  });

  it('a week of many pages is swept to its end, each file once', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 60; n += 1) ids.push(await insert(-OLD_DAYS, 'standard'));
    for (const id of ids) await finish(id, { artifact: true, file: true });
    await at(0);
    const kept = { retention: 'standard' as const, keepDays: 30 };
    let [page, steps]: [number | undefined, number] = [0, 0];
    for (; page !== undefined; steps += 1) {
      const swept = await sweepWeek(db.engine, term, kept, {
        week: await weekOf(-OLD_DAYS),
        fromPage: page,
        pages: 1,
      });
      page = swept?.nextPage;
    }
    expect(steps).toBeGreaterThan(2);
    expect(await garbage()).toEqual(ids.map((id) => `tenants/acme/jobs/${id}/1/`).sort());
  });

  it('what ends between the sweep and the drop is kept as well, wherever its row lands', async () => {
    const [swept, late]: [string[], string[]] = [[], []];
    for (let n = 0; n < 60; n += 1) swept.push(await insert(-OLD_DAYS, 'standard'));
    for (let n = 0; n < 40; n += 1) late.push(await insert(-OLD_DAYS, 'standard'));
    for (const id of swept) await finish(id);
    await at(0);
    const [kept, week] = [{ retention: 'standard' as const, keepDays: 30 }, await weekOf(-OLD_DAYS)];
    const leaf = `job_history_standard_${week}`;
    // Room in the first page, so that not all that comes stands behind what was swept.
    await owner.engine.query(`delete from ${leaf} where ctid < '(1,0)'`);
    await owner.engine.query(`vacuum ${leaf}`);
    expect(await watchWeek(db.engine, term, kept, week)).toBe(true);
    let page: number | undefined = 0;
    while (page !== undefined) {
      const pages = await sweepWeek(db.engine, term, kept, { week, fromPage: page, pages: 1 });
      expect(pages?.late).toEqual([]);
      page = pages?.nextPage;
    }
    for (const id of late) await finish(id);
    expect((await rows(`select id from ${leaf} where ctid < '(1,0)'`)).length).toBeGreaterThan(0);
    expect(await dropWeek(db.engine, term, kept, { week, keep: [] })).toBe(3);
    for (const id of late) expect(await counts(id)).toEqual(ALL);
    expect(await rows('select 1 from job_history')).toHaveLength(late.length);
    expect(await rows('select 1 from late_ends')).toEqual([]);
  });

  it('what was found in one term is not dropped by in the next: another leader may have swept in between', async () => {
    const id = await insert(-OLD_DAYS, 'standard');
    await at(0);
    const reader = await owner.engine.connect();
    const kept: KeptClass[] = [{ retention: 'standard', keepDays: 30 }];
    const history = new HistoryDrop(db, logger, kept);
    try {
      await reader.query('begin; select count(*) from job_history');
      expect(await history.turn(term)).toBeGreaterThan(1_000);
      await finish(id);
      const other = { ...term, holder: 'other', term: term.term + 1 };
      await owner.engine.query(`update leaders set holder = 'other', term = term + 1`);
      expect(await new HistoryDrop(db, logger, kept).turn(other)).toBeGreaterThan(1_000);
      await owner.engine.query(`update leaders set holder = 'me', term = term + 1`);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
    term = { ...term, term: term.term + 2 };
    await history.turn(term);
    expect(await weeks('job_history_standard')).not.toContain(await weekOf(-OLD_DAYS));
    expect(await counts(id)).toEqual(ALL);
  });

  it('a replayed job keeps the events and logs of earlier runs until it has ended, and they go with its last run', async () => {
    const [ended, unstarted] = [await insert(-OLD_DAYS, 'standard'), await insert(-OLD_DAYS, 'standard')];
    await finish(ended);
    await runTransaction(db.engine, 1_000, (tx) =>
      cancelJobsInStore(tx, [{ tenantId: 'acme', id: unstarted, actor: 'ann' }]),
    );
    await at(0);
    const again = [ended, unstarted].map((id) => ({ tenantId: 'acme', id, actor: 'ann' }));
    await runTransaction(db.engine, 1_000, (tx) => replayJobsInStore(tx, again));
    await turnAll();
    expect(await counts(ended)).toEqual({ history: 0, events: 2, logs: 1, artifacts: 0 });
    expect(await counts(unstarted)).toEqual({ history: 0, events: 2, logs: 0, artifacts: 0 });
    await finish(ended);
    await finish(unstarted);
    await turnAll();
    expect(await counts(ended)).toEqual({ history: 1, events: 3, logs: 2, artifacts: 0 });
    expect(await counts(unstarted)).toEqual({ history: 1, events: 3, logs: 1, artifacts: 0 });
    await at(31);
    await turnAll();
    expect([await counts(ended), await counts(unstarted)]).toEqual([NONE, NONE]);
  });

  it('an old term does nothing, and nobody drops what is not over', async () => {
    const id = await finish(await insert(-OLD_DAYS, 'standard'), { artifact: true });
    await at(0);
    const kept = { retention: 'standard' as const, keepDays: 30 };
    const old = { ...term, term: term.term - 1 };
    expect(await watchWeek(db.engine, old, kept, await weekOf(-OLD_DAYS))).toBe(false);
    const week = await weekOf(-OLD_DAYS);
    expect(await sweepWeek(db.engine, old, kept, { week, fromPage: 0, pages: 512 })).toBeUndefined();
    expect(await dropWeek(db.engine, old, kept, { week, keep: [] })).toBeUndefined();
    await expect(dropWeek(db.engine, term, kept, { week, keep: [] })).rejects.toThrow(/is not watched/);
    const now = { week: await weekOf(0), keep: [] };
    await expect(dropWeek(db.engine, term, kept, now)).rejects.toThrow(/is not over/);
    await expect(dropWeek(db.engine, term, { ...kept, keepDays: 0 }, now)).rejects.toThrow(/retention/);
    await expect(db.engine.query(`drop table job_history_standard_${week}`)).rejects.toThrow(/must be owner/);
    expect(await counts(id)).toEqual({ ...ALL, artifacts: 1 });
  });

  it('readers in the way are waited for a second, then the drop comes later', async () => {
    await finish(await insert(-OLD_DAYS, 'standard'));
    await at(0);
    const reader = await owner.engine.connect();
    const history = new HistoryDrop(db, logger, [{ retention: 'standard', keepDays: 30 }]);
    try {
      await reader.query('begin; select count(*) from job_history');
      expect(await history.turn(term)).toBeGreaterThan(1_000);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
    expect(await weeks('job_history_standard')).toContain(await weekOf(-OLD_DAYS));
    await history.turn(term);
    expect(await weeks('job_history_standard')).not.toContain(await weekOf(-OLD_DAYS));
  });

  it('uploads that were given up, old audit lines and bulk actions that ended long ago go; the rest stays', async () => {
    for (const [days, state] of [
      [-2, 'pending'],
      [-2, 'stored'],
      [0, 'pending'],
    ] as const)
      await owner.engine.query(
        `insert into files values ($1, 'acme', 'n', 'text/plain', 0, '', '', $1::uuid::text, $2, null, clock_timestamp() + $3 * interval '1 day')`,
        [systemRuntime.uuid(), state, days],
      );
    for (const days of [-400, -300])
      await owner.engine.query(
        `insert into audit_log values ($1, 'acme', clock_timestamp(), 'ann', 'cancel', 'o', null)`,
        [newId(days)],
      );
    for (const [days, state, endedDays] of [
      [-50, 'done', -40],
      [-50, 'done', -20],
      [-50, 'running', null],
    ] as const)
      await owner.engine.query(
        `insert into job_actions values ($1, 'acme', 'cancel', '{}', $2, 1, 0, 0, null, 'ann', clock_timestamp(), clock_timestamp() + $3 * interval '1 day')`,
        [newId(days), state, endedDays],
      );
    expect(await retain(term, db)).toBe(false);
    expect((await rows('select state from files order by state')).map((row) => row.state)).toEqual([
      'pending',
      'stored',
    ]);
    expect(await rows('select 1 as one from audit_log')).toHaveLength(1);
    expect((await rows('select state from job_actions order by state')).map((row) => row.state)).toEqual([
      'done',
      'running',
    ]);
  });
});
