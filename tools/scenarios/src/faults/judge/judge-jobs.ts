import type { SinkLine } from '@windlass/proof';
import type { Submission } from '../submit/submit-once.js';
import type { Facts } from './read-facts.js';

export interface JobCounts {
  /** Acknowledged, and not in the database. */
  lost: number;
  /** Acknowledged, and not at its end. */
  stuck: number;
  /** At its end without exactly one terminal event. */
  doubleTerminal: number;
  /** Succeeded with a result that no run of its handler has written. */
  foreignResults: number;
  /** Runs of a handler beyond the first that no ended attempt explains. */
  unjustifiedRuns: number;
  /** A handler ran for a job that the database does not know. */
  ghosts: number;
  /** Answered "surely not accepted", and there all the same. */
  falselyRefused: number;
  /** A key without its job, or a job of ours without the key that it came under. */
  halfMade: number;
}

const FINISHED = new Set(['succeeded', 'failed', 'cancelled', 'expired']);

/** Plain counts over what clients were told, what the database holds and what the handlers did. All zero is right. */
export function judgeJobs(
  submissions: readonly Pick<Submission, 'outcome' | 'jobId' | 'key'>[],
  facts: Facts,
  sink: readonly Pick<SinkLine, 'what' | 'jobId' | 'attempt' | 'runId'>[],
): JobCounts {
  const counts: JobCounts = {
    ...{ lost: 0, stuck: 0, doubleTerminal: 0, foreignResults: 0 },
    ...{ unjustifiedRuns: 0, ghosts: 0, falselyRefused: 0, halfMade: 0 },
  };
  const runsOf = runsByJob(sink);
  for (const { outcome, jobId, key } of submissions) {
    if (outcome === 'fail' && facts.keys.has(key)) counts.falselyRefused += 1;
    if (outcome !== 'ok' || jobId === undefined) continue;
    const fact = facts.jobs.get(jobId);
    if (!fact) counts.lost += 1;
    else if (!FINISHED.has(fact.state)) counts.stuck += 1;
    else if (fact.terminalEvents !== 1) counts.doubleTerminal += 1;
    if (fact && facts.keys.get(key) !== jobId) counts.halfMade += 1;
  }
  for (const jobId of facts.keys.values()) if (!facts.jobs.has(jobId)) counts.halfMade += 1;
  for (const jobId of runsOf.keys()) if (!facts.jobs.has(jobId)) counts.ghosts += 1;
  for (const fact of facts.jobs.values()) {
    const runs = runsOf.get(fact.id) ?? new Map<string, boolean>();
    if (fact.state === 'succeeded' && !(fact.runId !== null && runs.get(fact.runId))) counts.foreignResults += 1;
    counts.unjustifiedRuns += Math.max(0, runs.size - 1 - fact.endedAttempts);
  }
  return counts;
}

export function isRight(counts: JobCounts): boolean {
  return Object.values(counts).every((count) => count === 0);
}

/** By job its runs, and of each whether it came to its end. */
function runsByJob(sink: readonly Pick<SinkLine, 'what' | 'jobId' | 'runId'>[]): Map<string, Map<string, boolean>> {
  const all = new Map<string, Map<string, boolean>>();
  for (const { what, jobId, runId } of sink) {
    const runs = all.get(jobId) ?? new Map<string, boolean>();
    runs.set(runId, what === 'end' || (runs.get(runId) ?? false));
    all.set(jobId, runs);
  }
  return all;
}
