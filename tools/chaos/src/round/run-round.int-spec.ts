import type { Query } from '@windlass/proof';
import { describe, expect, it } from 'vitest';
import { namedFaults } from '../choose-faults.js';
import { isPassed, type RoundOptions, runRound } from './run-round.js';

/** Long enough for a loaded machine to keep its leases. */
const LEASE_MS = 6_000;
const ROUND_MS = 400_000;
const ROUND: RoundOptions = {
  seed: 7,
  jobs: 40,
  leaseMs: LEASE_MS,
  faults: namedFaults(['kill-follower']),
  progress: () => undefined,
};

/** A trigger on a table of the platform; its body is PL/pgSQL. */
async function trigger(query: Query, when: string, body: string): Promise<void> {
  await query('create schema sabotage');
  await query(`create function sabotage.act() returns trigger language plpgsql security definer set search_path = windlass as $$
    begin ${body} end $$`);
  await query(`create trigger sabotage ${when} for each row execute function sabotage.act()`);
}

const rulesOf = ({ verdict }: { verdict: { violations: { rule: string }[] } }) => [
  ...new Set(verdict.violations.map(({ rule }) => rule)),
];

describe('a round', () => {
  it(
    'passes when the platform keeps its promises under a fault',
    async () => {
      const report = await runRound(ROUND);
      expect(report.verdict.violations).toEqual([]);
      expect({ ended: report.ended, orphans: report.orphans, quiet: report.quiet, faults: report.faults }).toEqual({
        ...{ ended: [], orphans: [], quiet: true, faults: ['kill-follower'] },
      });
      expect(isPassed(report)).toBe(true);
      expect(
        report.history.operations.filter(({ op, outcome }) => op === 'submit' && outcome === 'ok').length,
      ).toBeGreaterThan(30);
    },
    ROUND_MS,
  );

  it(
    'fails when an accepted job is deleted',
    async () => {
      const report = await runRound({
        ...ROUND,
        sabotage: (query) =>
          trigger(
            query,
            'after insert on windlass.jobs',
            `if new.payload like '%"chaos-7-9"%' then delete from jobs where id = new.id; end if; return null;`,
          ),
      });
      expect(report.verdict.lost).toBeGreaterThan(0);
      expect(isPassed(report)).toBe(false);
    },
    ROUND_MS,
  );

  it(
    'fails when a terminal event is dropped',
    async () => {
      const report = await runRound({
        ...ROUND,
        sabotage: (query) =>
          trigger(
            query,
            'before insert on windlass.job_events',
            `if new.terminal and substr(new.job_id::text, 36) < '8' then return null; end if; return new;`,
          ),
      });
      expect(rulesOf(report)).toContain('H3');
      expect(isPassed(report)).toBe(false);
    },
    ROUND_MS,
  );

  it(
    'fails when a running job is given to a second worker',
    async () => {
      const report = await runRound({
        ...ROUND,
        sabotage: (query) =>
          trigger(
            query,
            'after update on windlass.jobs',
            `if old.state = 'queued' and new.state = 'running' and new.epoch = 1 then
               update jobs set state = 'queued', token = null, lease_until = null, dispatch_until = null where id = new.id;
             end if; return null;`,
          ),
      });
      expect(report.verdict.unjustifiedRuns + report.verdict.duplicateEffects).toBeGreaterThan(0);
      expect(rulesOf(report)).toContain('H5');
      expect(isPassed(report)).toBe(false);
    },
    ROUND_MS,
  );
});
