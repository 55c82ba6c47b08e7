import type { JobLane } from '../claim/job-lane.js';
import type { AttemptRun, Stages } from '../run-attempt.js';

/** After the timeout: for handlers to notice the abort, then for their outcomes to reach core. Within the 5 s that are kept free. */
const ABORT_GRACE_MS = 1_000;
const REPORT_GRACE_MS = 2_000;

export interface Draining {
  stages: Stages;
  run: AttemptRun;
  lanes: readonly JobLane[];
  drainTimeoutMs: number;
  /** Ends all waiting for core. */
  giveUp(): void;
}

/**
 * From the signal to stop to the last outcome: nothing new is taken, what has not started goes back, what runs may finish
 * until the timeout and is then killed. Beats go on meanwhile. Core runs again what ended as `aborted`.
 */
export async function drainWorker(draining: Draining): Promise<void> {
  const { stages, run, lanes, drainTimeoutMs, giveUp } = draining;
  const { context, held, runners, beats } = stages;
  const { runtime, logger } = context;
  const deadlineMs = runtime.monotonicMs() + drainTimeoutMs;
  run.draining = true;
  stages.logs.hurry();
  beats.beatNow();
  // The broker bounds a cancel; when it is away there is nothing to hand back.
  const consumersGone = Promise.all(lanes.map((lane) => lane.close()));
  const givenBack = giveBackUnstarted(stages, run);
  await until(stages, deadlineMs, () => held.busy);
  const left = held.running();
  if (left.length > 0) {
    logger.warn(
      { operation: 'drain', attempts: left.length },
      'jobs still run at the end of the drain: they are aborted',
    );
    for (const attempt of left) runners.cancel(attempt.runner, attempt.key, ABORT_GRACE_MS, 'cancelled');
    await until(stages, runtime.monotonicMs() + ABORT_GRACE_MS + 200, () => held.busy);
  }
  const answered = Promise.all([outcomesTaken(stages), givenBack, consumersGone]);
  const stopWaiting = new AbortController();
  const lastMs = Math.max(deadlineMs - runtime.monotonicMs(), 0) + REPORT_GRACE_MS;
  await Promise.race([answered, runtime.sleep(lastMs, stopWaiting.signal)]);
  stopWaiting.abort();
  giveUp();
}

/** In the order that an outcome goes: its large result, its log lines, its report. */
async function outcomesTaken({ results, logs, reports }: Stages): Promise<void> {
  await results.settled();
  await logs.settled();
  await reports.settled();
}

async function giveBackUnstarted({ held, runners }: Stages, run: AttemptRun): Promise<void> {
  const attempts = held.running();
  const released = await Promise.all(attempts.map((attempt) => runners.release(attempt.runner, attempt.key)));
  await run.giveBack(attempts.filter((_, index) => released[index]));
}

/** Looks rather than listens: it happens once in a worker's life. */
async function until({ context: { runtime } }: Stages, deadlineMs: number, busy: () => boolean): Promise<void> {
  while (busy() && runtime.monotonicMs() < deadlineMs) await runtime.sleep(20);
}
