import { systemRuntime } from '@windlass/clock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPast, type Past } from './past.fixture.js';
import { retain } from './retain.js';

describe('retention beside the history, on a real PostgreSQL', () => {
  let past: Past;
  beforeAll(async () => {
    past = await openPast();
  });
  beforeEach(() => past.empty());
  afterAll(() => past?.close());

  it('uploads that were given up, old audit lines and bulk actions that ended long ago go; the rest stays', async () => {
    for (const [days, state] of [
      [-2, 'pending'],
      [-2, 'stored'],
      [0, 'pending'],
    ] as const)
      await past.owner.engine.query(
        `insert into files values ($1, 'acme', 'n', 'text/plain', 0, '', '', $1::uuid::text, $2, null, clock_timestamp() + $3 * interval '1 day')`,
        [systemRuntime.uuid(), state, days],
      );
    for (const days of [-400, -300])
      await past.owner.engine.query(
        `insert into audit_log values ($1, 'acme', clock_timestamp(), 'ann', 'cancel', 'o', null)`,
        [past.newId(days)],
      );
    for (const [days, state, endedDays] of [
      [-50, 'done', -40],
      [-50, 'done', -20],
      [-50, 'running', null],
    ] as const)
      await past.owner.engine.query(
        `insert into job_actions values ($1, 'acme', 'cancel', '{}', $2, 1, 0, 0, null, 'ann', clock_timestamp(), clock_timestamp() + $3 * interval '1 day')`,
        [past.newId(days), state, endedDays],
      );
    expect(await retain(past.term, past.db)).toBe(false);
    expect((await past.rows('select state from files order by state')).map((row) => row.state)).toEqual([
      'pending',
      'stored',
    ]);
    expect(await past.rows('select 1 as one from audit_log')).toHaveLength(1);
    expect((await past.rows('select state from job_actions order by state')).map((row) => row.state)).toEqual([
      'done',
      'running',
    ]);
  });
});
