import type { HopFigures } from '../hops/hop.js';
import type { Turn } from '../measures/run-turn.js';
import { cpuMicros, jobsPerSecond, medianOf, pooledStoredMs, resident, storedMs } from './figures.js';
import { GOALS, isReached } from './goals.js';
import { quantile } from './statistics.js';
import { show, textTable } from './text-table.js';

/** Won and lost alike; goals of which one side is missing are left out. */
export function goalsTable(turns: readonly Turn[]): string {
  const rows = GOALS.flatMap((goal) => {
    const measured = goal.measured(turns);
    if (measured === undefined) return [];
    const sign = goal.bound === 'at least' ? '≥' : '≤';
    const verdict = isReached(goal, measured) ? 'won' : 'LOST';
    return [
      [`${goal.id} ${goal.measure}`, goal.ratioTo, `${sign} ${goal.goal.toFixed(2)}`, show(measured, 2), verdict],
    ];
  });
  return rows.length === 0 ? '' : textTable(['measure', 'ratio to', 'goal', 'measured', ''], rows);
}

/** Medians over the rounds. */
export function systemsTable(turns: readonly Turn[]): string {
  const rows = namesOf(turns).map((name) => {
    const of = (figure: Parameters<typeof medianOf>[2]) => medianOf(turns, name, figure);
    const memory = ['worker', 'http', 'core'].map((role) => show(of(resident(role)))).join(' / ');
    const latency = [of(storedMs(0.5)), of(storedMs(0.95)), pooledStoredMs(turns, name, 0.99)];
    return [
      ...[name, show(of(jobsPerSecond(1))), show(of(jobsPerSecond(32))), show(of(cpuMicros))],
      ...[latency.map((ms) => show(ms, 1)).join(' / '), memory],
    ];
  });
  const head = ['system', 'jobs/s, 1 conn', '32 conn', 'CPU µs/job', 'p50 / p95 / p99 ms', 'MiB worker / http / core'];
  return textTable(head, rows);
}

/** Where a job's time goes at 50 jobs/s: from timestamps that jobs carry anyway. */
export function stagesTable(turns: readonly Turn[]): string {
  const measured = namesOf(turns).filter((name) => turns.some((turn) => turn.system === name && turn.latency?.stages));
  if (measured.length === 0) return '';
  const rows = measured.map((name) => {
    const of = (figure: Parameters<typeof medianOf>[2]) => show(medianOf(turns, name, figure), 2);
    return [
      name,
      of((turn) => quantile(turn.latency?.answeredMs ?? [], 0.5)),
      of((turn) => turn.latency?.stages?.insertedToClaimed),
      of((turn) => turn.latency?.stages?.claimedToStored),
      of((turn) => turn.latency?.stages?.inHandler),
      of(storedMs(0.5)),
    ];
  });
  const head = ['median ms', 'call → answer', 'insert → claim', 'claim → end', 'of it handler', 'call → stored'];
  return textTable(head, rows);
}

export function hopsTable(hops: readonly HopFigures[]): string {
  const rows = hops.map((hop) => {
    const figures = [hop.oneMicros, hop.packMicros, hop.packCpuMicros].map((value) => show(value, 1));
    return [`${hop.hop}: ${hop.what}`, ...figures];
  });
  return textTable(['hop', 'µs, one at a time', 'µs/job, 50 at once', 'of it CPU in Node'], rows);
}

function namesOf(turns: readonly Turn[]): string[] {
  return [...new Set(turns.map((turn) => turn.system))].sort();
}
