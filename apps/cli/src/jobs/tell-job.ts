import { isFinished, type Job, type WindlassClient } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import { EXIT_FAILED } from '../frame/explain-failure.js';
import { printAnswer } from '../frame/print-answer.js';
import { showFields } from '../frame/show-table.js';
import { plain, showDuration, showTime } from '../frame/show-values.js';

/** Prints a job that was waited for, with its result if it succeeded. The exit code says how it ended. */
export async function tellJob(cli: Cli, options: { json?: boolean }, client: WindlassClient, job: Job): Promise<void> {
  const told = job.state === 'succeeded' ? { ...job, result: await client.result(job.id) } : job;
  printAnswer(cli, options, told, () => {
    const result = 'result' in told ? `${JSON.stringify(told.result, null, 2)}\n` : '';
    return describeJob(job) + result;
  });
  if (isFinished(job.state) && job.state !== 'succeeded') cli.exitCode = EXIT_FAILED;
}

export function describeJob(job: Job): string {
  return showFields([
    ['id', job.id],
    ['type', `${job.type} (version ${job.typeVersion})`],
    [
      'state',
      job.progress && job.state === 'running' ? `${job.state} ${Math.round(job.progress.percent)} %` : job.state,
    ],
    ['attempt', `${job.attempt} of ${job.maxAttempts}`],
    ['tags', job.tags.join(', ')],
    ['created', showTime(job.createdAt)],
    ['started', showTime(job.startedAt)],
    ['finished', showTime(job.finishedAt)],
    ['took', tookMs(job) === undefined ? undefined : showDuration(tookMs(job) ?? 0)],
    ['worker', job.worker],
    ['outcome', job.outcome],
    ['error', job.error && describeError(job.error)],
  ]);
}

export function describeError(error: NonNullable<Job['error']>): string {
  return plain(error.code ? `${error.code}: ${error.message}` : error.message);
}

/** From the start of the last attempt to the end. */
export function tookMs(job: Job): number | undefined {
  if (job.finishedAt === undefined) return undefined;
  return Date.parse(job.finishedAt) - Date.parse(job.startedAt ?? job.createdAt);
}
