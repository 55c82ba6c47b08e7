import type { AttemptReport } from '@windlass/contracts';
import type { HeldAttempt } from '../execute/held-attempts.js';

export interface WaitingReport {
  attempt: HeldAttempt;
  report: AttemptReport;
  bytes: number;
  /** Sent by itself, since a batch that held it was refused as a whole. */
  alone: boolean;
  /** Refusals as a whole while alone. */
  refusals: number;
  /** Stands in for one that cannot be stored. */
  replaced: boolean;
}

const MAX_ITEMS = 500;
const MAX_BYTES = 1_048_576;
/** Ids, numbers and JSON around them. */
const FRAME_BYTES = 400;
const ARTIFACT_BYTES = 700;

export function waitingReport(attempt: HeldAttempt, report: AttemptReport): WaitingReport {
  return { attempt, report, bytes: sizeOf(report), alone: false, refusals: 0, replaced: false };
}

/** About what it takes in a message; a result is escaped once more there. */
function sizeOf(report: AttemptReport): number {
  const { result, error, artifacts, resultFile } = report;
  const texts = (result?.length ?? 0) + (error ? error.message.length + (error.stack?.length ?? 0) : 0);
  return FRAME_BYTES + texts + ((artifacts?.length ?? 0) + (resultFile ? 1 : 0)) * ARTIFACT_BYTES;
}

/** Takes the next batch off the front: bounded in items and bytes, and one report of a job, since answers name jobs. */
export function takeBatch(waiting: WaitingReport[]): WaitingReport[] {
  const jobs = new Set<string>();
  let bytes = 0;
  let count = 0;
  for (const next of waiting) {
    const fits = count < MAX_ITEMS && bytes + next.bytes <= MAX_BYTES && !next.alone && !jobs.has(next.report.jobId);
    if (count > 0 && !fits) break;
    jobs.add(next.report.jobId);
    bytes += next.bytes;
    count += 1;
    if (next.alone) break;
  }
  return waiting.splice(0, count);
}
