import { isFinished, type Job } from '@windlass/client';
import { plain, showDuration, showTime } from '../frame/show-values.js';
import { describeError } from './describe-job.js';
import { whyNotRunning } from './explain-waiting.js';

/** In sentences: why it does not run, how it does, or how it ended. */
export function explainJob(job: Job): string[] {
  if (isFinished(job.state)) return [endText(job), ...endAdvice(job)].map(plain);
  return job.state === 'running' ? [runText(job)].map(plain) : whyNotRunning(job);
}

function runText({ startedAt, worker, machine, timeLeftMs }: Job): string {
  const where = [worker && ` on worker ${worker}`, machine && ` of ${machine}`].filter(Boolean).join('');
  const left = timeLeftMs === undefined ? '' : `; it may run ${showDuration(Math.max(0, timeLeftMs))} more`;
  return `It waits for nothing: it has been running since ${showTime(startedAt)}${where}${left}.`;
}

function endText(job: Job): string {
  const why = [job.reason, job.error && describeError(job.error)]
    .filter(Boolean)
    .map((each) => `: ${each}`)
    .join('');
  return `It waits for nothing: it ${ENDED[job.state] ?? job.state} at ${showTime(job.finishedAt)}${why}.`;
}

const ENDED: Partial<Record<Job['state'], string>> = {
  cancelled: 'was cancelled',
  expired: 'had not started in time and expired',
};

function endAdvice({ id, state, stopping }: Job): string[] {
  if (stopping) return ['Its attempt is being ended and holds its slot until then.'];
  return state === 'succeeded' ? [] : [`\`windlass replay ${id}\` runs it again.`];
}
