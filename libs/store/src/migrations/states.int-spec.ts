import { HOT_STATES, TERMINAL_STATES } from '@windlass/lifecycle';
import { type FreshDatabase, freshDatabase } from '@windlass/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from './migrate.js';

/** The CHECKs whose only column is `state`, with the values they name, sorted. */
const CHECKED = `
select c.conrelid::regclass::text as name, pg_get_constraintdef(c.oid) as text
from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and c.conkey = array[a.attnum]
where c.contype = 'c' and a.attname = 'state'`;

let database: FreshDatabase;
let owner: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  await migrate(database.urls);
  owner = new pg.Client({ connectionString: database.url, options: '-c search_path=windlass' });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

async function checkedStates(table: string): Promise<string[][]> {
  const { rows } = await owner.query<{ name: string; text: string }>(CHECKED);
  return rows
    .filter(({ name }) => name === table || name.startsWith(`${table}_`))
    .map(({ text }) => [...text.matchAll(/'([^']+)'/g)].map(([, state]) => state ?? '').sort());
}

const sorted = (states: readonly string[]) => [...states].sort();

describe('the states of the lifecycle, in a migrated database', () => {
  it('the hot table allows the unfinished ones, and no other', async () => {
    expect(await checkedStates('jobs')).toEqual([sorted(HOT_STATES)]);
  });

  it('the history and each of its partitions allow the terminal ones, and no other', async () => {
    const checks = await checkedStates('job_history');
    const { rows } = await owner.query(`select from pg_partition_tree('job_history')`);
    expect(checks).toHaveLength(rows.length);
    for (const states of checks) expect(states).toEqual(sorted(TERMINAL_STATES));
  });

  it('a CHECK that forgets a state is seen', async () => {
    await owner.query('begin');
    await owner.query(
      `alter table jobs drop constraint jobs_state, add constraint jobs_state check (state in ('queued', 'running'))`,
    );
    expect(await checkedStates('jobs')).not.toEqual([sorted(HOT_STATES)]);
    await owner.query('rollback');
  });
});
