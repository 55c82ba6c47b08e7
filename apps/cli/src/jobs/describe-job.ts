import type { Job } from '@windlass/client';
import { showFields } from '../frame/show-table.js';
import { plain, showDuration, showTime } from '../frame/show-values.js';
import { waitingReasons } from './explain-waiting.js';

const PRIORITY_NAMES: Record<number, string> = { 9: 'critical', 6: 'high', 3: 'normal', 1: 'low' };

/** What is as usual is left out. */
export function describeJob(job: Job): string {
  const { progress, reason, timeLeftMs } = job;
  return showFields([
    ['id', job.id],
    ['type', `${job.type} (version ${job.typeVersion})`],
    ['queue', job.queue === job.type ? undefined : job.queue],
    ['state', stateText(job)],
    ['reason', reason],
    ...waitingReasons(job).map((each): [string, string] => ['waits for', each]),
    [
      'progress',
      progress && job.state === 'running' ? [progress.phase, progress.message].filter(Boolean).join(': ') : '',
    ],
    ['time left', timeLeftMs === undefined ? undefined : showDuration(Math.max(0, timeLeftMs))],
    ['run', job.run > 1 ? job.run : undefined],
    ['attempt', `${job.attempt} of ${job.maxAttempts}`],
    ['counters', countersText(job)],
    ['priority', PRIORITY_NAMES[job.priority] ?? job.priority],
    ['tags', job.tags.join(', ')],
    ['dedupe key', job.dedupeKey],
    ['concurrency', job.concurrencyKey && `${job.concurrencyKey} (at most ${job.concurrencyLimit ?? 1} at a time)`],
    ['retention', job.retention === 'standard' ? undefined : job.retention],
    ['created', showTime(job.createdAt)],
    ['due', job.state === 'scheduled' ? showTime(job.runAt) : undefined],
    ['expires', job.state === 'scheduled' || job.state === 'queued' ? showTime(job.expiresAt) : undefined],
    ['started', showTime(job.startedAt)],
    ['finished', showTime(job.finishedAt)],
    ['took', tookMs(job) === undefined ? undefined : showDuration(tookMs(job) ?? 0)],
    ['worker', job.worker],
    ['machine', job.machine],
    ['outcome', job.outcome],
    ['error', job.error && describeError(job.error)],
  ]);
}

function stateText({ state, progress, stopping }: Job): string {
  if (stopping) return `${state} (its attempt is being ended)`;
  return progress && state === 'running' ? `${state} ${Math.round(progress.percent)} %` : state;
}

/** An older service does not count. */
function countersText({ counters }: { counters?: Job['counters'] }): string | undefined {
  return (
    counters &&
    Object.entries(counters)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  );
}

export function describeError(error: NonNullable<Job['error']>): string {
  return plain(error.code ? `${error.code}: ${error.message}` : error.message);
}

/** From the start of the last attempt to the end. */
export function tookMs(job: Job): number | undefined {
  if (job.finishedAt === undefined) return undefined;
  return Date.parse(job.finishedAt) - Date.parse(job.startedAt ?? job.createdAt);
}
