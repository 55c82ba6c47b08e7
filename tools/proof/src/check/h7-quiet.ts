import type { Report } from './collect-violations.js';
import type { Evidence } from './evidence.js';
import { type Row, textOf, timeOf, wholeOf } from './row-values.js';

/** A trigger fires after its statement, so a lease can only look shorter there; clocks that were set apart differ by far more. */
const LEASE_SLACK_MS = 1_000;

/** H7: after quiet nothing is left under way, and what is counted is what is there. */
export function checkQuiet({ history, stories }: Evidence, report: Report): void {
  const { final, leaseMs } = history;
  for (const row of final.jobs) report('stuck', `still ${standing(row, final.atMs)}`, textOf(row, 'id'));
  for (const row of final.stopping)
    report(
      'stuck',
      `its cancelled attempt, epoch ${wholeOf(row, 'epoch')} on ${textOf(row, 'worker')}, was never closed`,
      textOf(row, 'job_id'),
    );
  checkCounts(final, report);
  for (const { id, claims } of stories.values())
    for (const { epoch, worker, leaseUntilMs, atMs } of claims)
      if (leaseUntilMs !== undefined && leaseUntilMs > atMs + leaseMs + LEASE_SLACK_MS)
        report(
          'stuck',
          `epoch ${epoch} on ${worker} was given a lease of ${leaseUntilMs - atMs} ms, not ${leaseMs}: by whose clock?`,
          id,
        );
}

function standing(row: Row, nowMs: number): string {
  const place = `run ${wholeOf(row, 'run')} epoch ${wholeOf(row, 'epoch')} attempt ${wholeOf(row, 'attempt')}`;
  const state = countedState(row);
  if (state === 'running') {
    const leftMs = Math.round((timeOf(row, 'lease_until') ?? Number.NaN) - nowMs);
    return `running, ${place} on ${textOf(row, 'worker')}, ${leftMs > 0 ? `its lease has ${leftMs} ms` : `its lease is dead since ${-leftMs} ms`}`;
  }
  const mark = textOf(row, 'dispatch_until');
  return `${state}, ${place}, ${mark ? `marked until ${mark}` : 'without a mark'}, due ${textOf(row, 'run_at') ?? 'at once'}`;
}

/** A job that waits for its concurrency key is counted apart. */
const countedState = (row: Row) => (row.held === true && row.state === 'queued' ? 'held' : String(row.state));

function checkCounts({ jobs, counts }: Evidence['history']['final'], report: Report): void {
  const there = new Map<string, number>();
  for (const row of jobs) {
    const place = `${textOf(row, 'queue')}/${countedState(row)}`;
    there.set(place, (there.get(place) ?? 0) + 1);
  }
  const counted = new Map<string, number>();
  for (const { queue, state, n } of counts) {
    const place = `${queue}/${state}`;
    counted.set(place, (counted.get(place) ?? 0) + Number(n));
  }
  for (const place of new Set([...there.keys(), ...counted.keys()])) {
    const [is, says] = [there.get(place) ?? 0, counted.get(place) ?? 0];
    if (is !== says) report('stuck', `the count of ${place} says ${says}, and there are ${is}`);
  }
}
