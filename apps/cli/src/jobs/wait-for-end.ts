import { isFinished, type Job, type WaitOptions, type WindlassClient, type WindlassError } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import { messageFor } from '../frame/explain-failure.js';
import { ProgressLine } from '../frame/progress-line.js';
import { plain } from '../frame/show-values.js';
import { untilInterrupted } from '../frame/until-interrupted.js';

/** Waits until the job is finished, with a line on the terminal that follows it. */
export async function waitForEnd(cli: Cli, client: WindlassClient, id: string, timeoutMs?: number): Promise<Job> {
  const line = new ProgressLine(cli.terminal);
  const onProgress = (job: Job) => line.show(job.progress?.percent, describeProgress(job));
  return untilInterrupted(cli, waitAgain(id), async (signal) => {
    try {
      return await client.wait(id, {
        ...{ timeoutMs, signal, onTrouble: tellTrouble(line) },
        // Whoever asks for progress asks the service more often.
        ...(cli.terminal.live ? { onProgress } : {}),
      });
    } finally {
      line.clear();
    }
  });
}

export function waitAgain(id: string): string {
  return `The job goes on: \`windlass get ${id} --wait\` waits again, \`windlass cancel ${id}\` ends it.`;
}

/** Says once what the trouble is, not at each try. */
export function tellTrouble(line: ProgressLine): NonNullable<WaitOptions['onTrouble']> {
  let told: string | undefined;
  return (failure: WindlassError) => {
    if (told === failure.code) return;
    told = failure.code;
    line.above(`windlass: ${plain(messageFor(failure))}\n  Still waiting.\n`);
  };
}

/** `running (attempt 2 of 3): meshing: part 3 of 7`. */
export function describeProgress(job: Job): string {
  const attempt = job.attempt > 1 ? ` (attempt ${job.attempt} of ${job.maxAttempts})` : '';
  // What it last said about its progress says nothing about its end.
  const doing = isFinished(job.state) ? [] : [job.progress?.phase, job.progress?.message].filter(Boolean);
  return [`${job.state}${attempt}`, ...doing].join(': ');
}
