import { isFinished, type Job, type WindlassClient } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import { EXIT_FAILED } from '../frame/explain-failure.js';
import { printAnswer } from '../frame/print-answer.js';
import { describeJob } from './describe-job.js';

/** Prints a job that was waited for, with its result if it succeeded. The exit code says how it ended. */
export async function tellJob(cli: Cli, options: { json?: boolean }, client: WindlassClient, job: Job): Promise<void> {
  const told = job.state === 'succeeded' ? { ...job, result: await client.result(job.id) } : job;
  printAnswer(cli, options, told, () => {
    const result = 'result' in told ? `${JSON.stringify(told.result, null, 2)}\n` : '';
    return describeJob(job) + result;
  });
  if (isFinished(job.state) && job.state !== 'succeeded') cli.exitCode = EXIT_FAILED;
}
