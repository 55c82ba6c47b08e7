import { isFinished, type Job, type WindlassClient } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import { ProgressLine } from '../frame/progress-line.js';

/** Waits until the job is finished, with a line on the terminal that follows it. */
export async function waitForEnd(cli: Cli, client: WindlassClient, id: string, timeoutMs?: number): Promise<Job> {
  const line = new ProgressLine(cli.terminal);
  const onProgress = (job: Job) => line.show(job.progress?.percent, describeProgress(job));
  try {
    return await client.wait(id, {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      // Whoever asks for progress asks the service more often.
      ...(cli.terminal.live ? { onProgress } : {}),
    });
  } finally {
    line.clear();
  }
}

/** `running (attempt 2 of 3): mesh`. */
export function describeProgress(job: Job): string {
  const attempt = job.attempt > 1 ? ` (attempt ${job.attempt} of ${job.maxAttempts})` : '';
  // What it last said about its progress says nothing about its end.
  const doing = isFinished(job.state) ? undefined : job.progress?.message;
  return `${job.state}${attempt}${doing ? `: ${doing}` : ''}`;
}
