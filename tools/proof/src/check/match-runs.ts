import type { SinkLine } from '../history.js';
import type { Claim, HandlerRun, Story } from './evidence.js';
import { STAMP_SLACK_MS } from './fault-spans.js';

/** Whether this claim was that instance's: a worker's name, or its machine's where the name has the process id in it. */
export function ranOn(claim: Pick<Claim, 'worker' | 'machine'>, instance: string): boolean {
  return claim.worker === instance || claim.machine === instance;
}

/**
 * Handler runs of one job, in the order of their starts, each with the claim that it belongs to. A handler knows neither run nor epoch, and
 * numbers of attempts come again (an aborted one does not count, a replay begins at 1): first what the database has under its id tells,
 * then the attempt and the worker, then the time.
 */
export function matchRuns(
  lines: { line: SinkLine; place: number }[],
  claims: Claim[],
  written: Story['written'],
): HandlerRun[] {
  const runs = readRuns(lines);
  const taken = new Set<Claim>();
  const take = (run: HandlerRun, claim: Claim | undefined, certain: boolean) => {
    if (!claim) return;
    taken.add(claim);
    run.claim = claim;
    run.certain = certain;
  };
  for (const run of runs) {
    const own = witnessed(run, claims, written);
    if (own && !taken.has(own)) take(run, own, true);
  }
  for (const run of runs) {
    if (run.claim) continue;
    const fitting = claims.filter((claim) => claim.attempt === run.attempt && ranOn(claim, run.worker));
    const free = fitting.filter((claim) => !taken.has(claim));
    const last = free.findLast((claim) => claim.atMs <= run.startMs + STAMP_SLACK_MS);
    take(run, last ?? free[0], fitting.length === 1);
  }
  return runs;
}

/** A run's own log lines are labelled by the worker that runs it; a stale write can only be later than its own. */
function witnessed(run: HandlerRun, claims: Claim[], written: Story['written']): Claim | undefined {
  const places = written.get(run.runId) ?? [];
  const logged = places.filter((place) => place.by === 'job_logs');
  const epoch = Math.min(...(logged.length > 0 ? logged : places).map((place) => place.epoch));
  return claims.find((claim) => claim.epoch === epoch && claim.attempt === run.attempt && ranOn(claim, run.worker));
}

function readRuns(lines: { line: SinkLine; place: number }[]): HandlerRun[] {
  const runs = new Map<string, HandlerRun>();
  for (const { line, place } of lines) {
    const known = runs.get(line.runId);
    if (line.what === 'end') {
      if (known && known.endLine === undefined) Object.assign(known, { endLine: place, plan: line.plan });
    } else if (!known) {
      const { runId, attempt, worker, atMs: startMs } = line;
      runs.set(runId, { runId, attempt, worker, startLine: place, startMs, certain: false });
    }
  }
  return [...runs.values()];
}
