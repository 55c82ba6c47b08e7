import { waitFor } from '@windlass/testing';
import type { Platform } from '../ground/open-platform.js';
import { readSink } from '../handlers/read-sink.js';
import type { Submission } from '../submit/submit-once.js';
import { type JobCounts, judgeJobs } from './judge-jobs.js';
import { countUnfinished, readFacts } from './read-facts.js';

const FINISH_MS = 120_000;

/** Waits until nothing is under way, no longer than two minutes: what has not ended by then is counted as stuck. */
export async function judgeAfterQuiet(
  platform: Pick<Platform, 'bed' | 'sink'>,
  submissions: readonly Submission[],
  finishMs = FINISH_MS,
): Promise<JobCounts> {
  const { url } = platform.bed.ground.database;
  await untilQuiet(url, finishMs);
  return judgeJobs(submissions, await readFacts(url), readSink(platform.sink));
}

/** Whether it has become quiet. */
export function untilQuiet(url: string, finishMs = FINISH_MS): Promise<boolean> {
  const quiet = async () => (await countUnfinished(url)) === 0;
  return waitFor(quiet, { what: 'all jobs to finish', timeoutMs: finishMs, intervalMs: 200 }).then(
    () => true,
    () => false,
  );
}
