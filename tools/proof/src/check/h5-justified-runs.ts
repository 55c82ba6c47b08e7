import type { Report } from './collect-violations.js';
import type { Claim, Evidence, HandlerRun, Story } from './evidence.js';
import type { WorkerFaults } from './fault-spans.js';
import { timeOf } from './row-values.js';

/** How an attempt may end so that another one is due. */
const CALLS_FOR_ANOTHER = new Set(['failed', 'crashed', 'oom', 'timed-out', 'aborted', 'released', 'lost']);

/**
 * A rescue finds the lost in one statement and ends them in the next, within this. Grace that began in between was not there to be seen.
 */
const DECISION_MS = 1_000;
/** `started_at` and the lease are of one reading of the clock; to_jsonb has microseconds, this checker milliseconds. */
const ROUNDING_MS = 2;

/** H5: every handler run beyond the first has its reason, stamped before it. */
export function checkJustifiedRuns({ history, stories, workerFaults }: Evidence, report: Report): void {
  for (const story of stories.values()) {
    checkClaims(story, report);
    for (const claim of story.claims) {
      if (claim.end?.how !== 'lost') continue;
      checkExpiry(story, claim, history.leaseMs, report);
      checkLoss(story, claim, workerFaults, report);
    }
    checkOverlaps(story, workerFaults, report);
  }
}

function checkClaims({ id, claims }: Story, report: Report): void {
  for (const [index, claim] of claims.entries()) {
    if (claim.attempt > claim.maxAttempts)
      report(
        'unjustifiedRuns',
        `epoch ${claim.epoch} is attempt ${claim.attempt} of at most ${claim.maxAttempts}, claimed by ${claim.worker}`,
        id,
      );
    const before = claims[index - 1];
    // A replay is a reason of its own; that it was one is for H2.
    if (!before || claim.run !== before.run) continue;
    const { end } = before;
    const named = `epoch ${claim.epoch} was claimed by ${claim.worker}`;
    if (!end || end.change.seq > claim.seq)
      report('unjustifiedRuns', `${named} while epoch ${before.epoch} had not ended`, id);
    else if (!CALLS_FOR_ANOTHER.has(end.how))
      report(
        'unjustifiedRuns',
        `${named} after epoch ${before.epoch} ended as ${end.how}, which calls for no other attempt`,
        id,
      );
    else if (end.stampedMs !== undefined && end.stampedMs > claim.atMs + ROUNDING_MS)
      report(
        'unjustifiedRuns',
        `${named} at ${claim.atMs}, before epoch ${before.epoch} was ${end.how} at ${end.stampedMs}`,
        id,
      );
  }
}

/** Lost is what did not beat for a lease while beats could be recorded: by the database's clock, whatever a worker's clock says. */
function checkExpiry({ id }: Story, { epoch, atMs: claimedMs, end }: Claim, leaseMs: number, report: Report): void {
  const { atMs, before, graceUntilMs, app } = end!.change;
  const leaseUntilMs = timeOf(before, 'lease_until') ?? Number.NaN;
  const lost = `epoch ${epoch} was rescued by ${app} at ${Math.round(atMs)}`;
  if (!(leaseUntilMs <= atMs)) report('unjustifiedRuns', `${lost}, and its lease ran until ${leaseUntilMs}`, id);
  if (leaseUntilMs < claimedMs + leaseMs - ROUNDING_MS)
    report(
      'unjustifiedRuns',
      `${lost}: its lease ended ${leaseUntilMs - claimedMs} ms after its claim, not ${leaseMs}`,
      id,
    );
  if (graceUntilMs !== undefined && graceUntilMs > atMs && graceUntilMs - leaseMs < atMs - DECISION_MS)
    report('unjustifiedRuns', `${lost}, and every lease had grace until ${Math.round(graceUntilMs)}`, id);
}

/** Outages of everything else rerun nothing: a handler that ran and was lost had its own worker hit. */
function checkLoss({ id, runs }: Story, claim: Claim, faults: WorkerFaults, report: Report): void {
  const run = runs.find((each) => each.claim === claim);
  // Its handler never started: whatever comes next is the first one.
  if (!run) return;
  const lostMs = claim.end!.change.atMs;
  if (faults.hit([claim.worker, claim.machine, run.worker], claim.atMs, lostMs)) return;
  report(
    'unjustifiedRuns',
    `epoch ${claim.epoch} on ${claim.worker} ran ${run.runId} and was lost, claimed at ${Math.round(claim.atMs)} and rescued at ${Math.round(lostMs)}: no fault hit that worker meanwhile`,
    id,
  );
}

/** Two handlers of one job at a time: only where one of them is a zombie. */
function checkOverlaps({ id, runs, history }: Story, faults: WorkerFaults, report: Report): void {
  for (const [index, later] of runs.entries()) {
    for (const earlier of runs.slice(0, index)) {
      if (earlier.endLine === undefined || earlier.endLine < later.startLine) continue;
      if (endedByCancel(earlier, later, history)) continue;
      // A worker's own clock may be the fault: the database's, where there is one.
      const [fromMs, toMs] = [earlier, later].map((run) => run.claim?.atMs ?? run.startMs) as [number, number];
      if (faults.hit([earlier.worker, later.worker], fromMs, toMs)) continue;
      const [a, b] = [earlier, later].map((run) => `${run.runId} (attempt ${run.attempt} on ${run.worker})`);
      report(
        'unjustifiedRuns',
        `${b} began at ${Math.round(later.startMs)} while ${a} ran, begun at ${Math.round(earlier.startMs)}: no fault hit either worker between their claims`,
        id,
      );
    }
  }
}

/** The child of a cancelled attempt has some moments to end; a replay does not wait for it. */
function endedByCancel(earlier: HandlerRun, later: HandlerRun, history: Story['history']): boolean {
  if (earlier.claim && later.claim && earlier.certain)
    return earlier.claim.end?.how === 'cancelled' && later.claim.run > earlier.claim.run;
  return history.some((row) => row.state === 'cancelled');
}
