import { isFinished, type Job, type WindlassClient } from '@windlass/client';
import { regularFile, uploadFile } from '../files/upload-file.js';
import { showDuration } from '../frame/show-values.js';
import { describeError, tookMs } from '../jobs/describe-job.js';
import { describeProgress } from '../jobs/wait-for-end.js';
import { type DemoOutcome, type DemoTask, lostOutcome, outcomeOf } from './demo-task.js';
import type { ProgressBoard } from './progress-board.js';
import { saveArtifacts } from './save-artifacts.js';

/** A demo should end: whoever has larger files submits them without it. The handler is asked to stop 5 s before. */
const CAD_LIMITS = { softMs: 55_000, hardMs: 60_000 };
/** Two at a time, each at most two attempts of a minute, and a start: past this nothing moves any more. */
const WAIT_PER_TASK_MS = 120_000;
const WAIT_AT_LEAST_MS = 180_000;
/** Enough to keep the two slots busy; each holds at most one request. */
const FOLLOWED_AT_A_TIME = 12;

export interface DemoRun {
  client: WindlassClient;
  board: ProgressBoard;
  /** Where the artifacts of a task go. */
  folderOf(index: number): string;
}

/** Runs them all through the public API; the outcomes are in the order of the tasks. */
export async function runTasks(tasks: DemoTask[], run: DemoRun): Promise<DemoOutcome[]> {
  const timeoutMs = WAIT_AT_LEAST_MS + tasks.length * WAIT_PER_TASK_MS;
  const outcomes: DemoOutcome[] = [];
  let next = 0;
  const follow = async () => {
    for (let index = next++; index < tasks.length; index = next++) {
      outcomes[index] = await runTask(tasks[index] as DemoTask, index, run, timeoutMs);
    }
  };
  await Promise.all(Array.from({ length: FOLLOWED_AT_A_TIME }, follow));
  return outcomes;
}

async function runTask(task: DemoTask, index: number, run: DemoRun, timeoutMs: number): Promise<DemoOutcome> {
  const { client, board } = run;
  let id: string | undefined;
  try {
    id = await submitTask(task, index, run);
    const onProgress = (job: Job) => {
      if (!isFinished(job.state)) board.set(index, describeProgress(job), job.progress?.percent);
    };
    const job = await client.wait(id, { timeoutMs, onProgress });
    const outcome = outcomeOf(task, job, tookMs(job) ?? 0);
    if (job.state === 'succeeded') {
      outcome.result = await client.result(id);
      outcome.artifacts = await saveArtifacts(client, id, run.folderOf(index));
    }
    board.set(
      index,
      `${job.state} in ${showDuration(outcome.durationMs)}${job.error ? `: ${describeError(job.error)}` : ''}`,
    );
    return outcome;
  } catch (error) {
    const outcome = lostOutcome(task, error, id);
    board.set(index, `failed: ${outcome.error?.message}`);
    return outcome;
  }
}

async function submitTask(task: DemoTask, index: number, { client, board }: DemoRun): Promise<string> {
  if (task.path === undefined) return (await client.submit({ type: task.type, payload: task.payload })).id;
  await regularFile(task.path);
  board.set(index, 'uploading');
  const file = await uploadFile(client, task.path);
  return (await client.submit({ type: task.type, payload: { file: { id: file.id } }, ...CAD_LIMITS })).id;
}
