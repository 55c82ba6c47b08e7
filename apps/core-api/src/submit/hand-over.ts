import type { JobState } from '@windlass/contracts';
import type { Dispatcher } from '@windlass/dispatch';
import type { Lane, NewJob } from '@windlass/store';

export type PreparedJob = Omit<NewJob, 'dispatched'>;

const laneKey = (job: PreparedJob): string => `${job.template.queue}\n${job.template.type}`;

/** Neither time nor key may keep it from running. */
const runsAtOnce = ({ extras }: PreparedJob): boolean =>
  !extras || (!extras.concurrency && extras.runAtMs === undefined && !extras.delayMs);

export function lanesOf(jobs: PreparedJob[]): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  for (const job of jobs) {
    const key = laneKey(job);
    if (!lanes.has(key)) lanes.set(key, { queue: job.template.queue, type: job.template.type });
  }
  return lanes;
}

/** Which of these jobs take the fast path: as many as their lanes have credit for. */
export function withCredit(prepared: PreparedJob[], lanes: Map<string, Lane>, dispatcher: Dispatcher): NewJob[] {
  const counts = new Map<string, number>();
  for (const job of prepared) if (runsAtOnce(job)) counts.set(laneKey(job), (counts.get(laneKey(job)) ?? 0) + 1);
  const credit = new Map(
    [...counts].map(([key, count]) => [key, dispatcher.takeCredit(lanes.get(key) as Lane, count)]),
  );
  return prepared.map((job) => {
    const key = laneKey(job);
    const left = credit.get(key) ?? 0;
    if (left <= 0 || !runsAtOnce(job)) return { ...job, dispatched: false };
    credit.set(key, left - 1);
    return { ...job, dispatched: true };
  });
}

/** After the commit: publishes what had credit, has the rest looked at, and asks for the concurrency keys of those that wait for one. */
export function handOver(
  jobs: NewJob[],
  inserted: Map<string, JobState>,
  lanes: Map<string, Lane>,
  dispatcher: Dispatcher,
): void {
  const ready = jobs.filter((job) => inserted.get(job.id) === 'queued');
  for (const [key, lane] of lanes) {
    const mine = ready.filter((job) => !job.extras?.concurrency && laneKey(job) === key);
    const published = mine.filter((job) => job.dispatched);
    if (published.length > 0)
      dispatcher.handOver(
        lane,
        published.map((job) => job.id),
      );
    if (published.length < mine.length) dispatcher.nudge(lane);
  }
  const keyed = ready.flatMap(({ template, extras }) =>
    extras?.concurrency ? [{ tenantId: template.tenantId, key: extras.concurrency.key }] : [],
  );
  if (keyed.length > 0) void dispatcher.admit(keyed);
}
