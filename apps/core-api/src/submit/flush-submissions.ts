import { DISPATCH, type Dispatcher } from '@windlass/dispatch';
import { fault } from '@windlass/faults';
import { type Database, FlushQueue, findKeys, insertJobs, type Lane, type NewJob } from '@windlass/store';

export type PreparedJob = Omit<NewJob, 'dispatched'>;

export interface Accepted {
  id: string;
  /** False: an earlier request with this key made it. */
  created: boolean;
  keyReused: boolean;
}

/** Submissions of one flush: one transaction, then the hand-over of those that had credit. */
export function submissionQueue(
  db: Pick<Database, 'engine'>,
  dispatcher: Dispatcher,
): FlushQueue<PreparedJob, Accepted> {
  return new FlushQueue<PreparedJob, Accepted>({
    // At 500 rows a flush takes some 10 ms; larger ones only make the next wait longer.
    maxItems: 500,
    maxWaiting: 20_000,
    sizeOf: (job) => job.payload.length,
    keyOf: (job) => job.key && `${job.template.tenantId}\n${job.key.value}`,
    notWritten: (cause) =>
      fault('submit.not-accepted', {
        detail: 'The job could not be stored now and does not exist. Repeat the request with the same Idempotency-Key.',
        cause,
        retryAfterMs: 1_000,
      }),
    flush: async (prepared, repeated) => {
      const lanes = lanesOf(prepared);
      // After an unknown commit the scheduler hands over: whether the first try was marked is not known here.
      const jobs = repeated
        ? prepared.map((job) => ({ ...job, dispatched: false }))
        : withCredit(prepared, lanes, dispatcher);
      let inserted: Set<string>;
      try {
        inserted = await insertJobs(db.engine, jobs, { repeated, markMs: DISPATCH.markMs });
      } catch (error) {
        for (const lane of lanes.values()) dispatcher.dropCredit(lane);
        throw error;
      }
      handOver(jobs, inserted, lanes, dispatcher);
      return settle(db, prepared, inserted).catch((cause: unknown) => {
        // Whatever went wrong here, the jobs are stored: to the queue this is a commit without an answer.
        throw new Error('the keys could not be read after the commit', { cause });
      });
    },
  });
}

const laneKey = (job: PreparedJob): string => `${job.template.queue}\n${job.template.type}`;

function lanesOf(jobs: PreparedJob[]): Map<string, Lane> {
  const lanes = new Map<string, Lane>();
  for (const job of jobs) {
    const key = laneKey(job);
    if (!lanes.has(key)) lanes.set(key, { queue: job.template.queue, type: job.template.type });
  }
  return lanes;
}

function withCredit(prepared: PreparedJob[], lanes: Map<string, Lane>, dispatcher: Dispatcher): NewJob[] {
  const counts = new Map<string, number>();
  for (const job of prepared) counts.set(laneKey(job), (counts.get(laneKey(job)) ?? 0) + 1);
  const credit = new Map([...lanes].map(([key, lane]) => [key, dispatcher.takeCredit(lane, counts.get(key) ?? 0)]));
  return prepared.map((job) => {
    const key = laneKey(job);
    const left = credit.get(key) ?? 0;
    credit.set(key, left - 1);
    return { ...job, dispatched: left > 0 };
  });
}

function handOver(jobs: NewJob[], inserted: Set<string>, lanes: Map<string, Lane>, dispatcher: Dispatcher): void {
  for (const [key, lane] of lanes) {
    const mine = jobs.filter((job) => inserted.has(job.id) && laneKey(job) === key);
    const ready = mine.filter((job) => job.dispatched);
    if (ready.length > 0)
      dispatcher.handOver(
        lane,
        ready.map((job) => job.id),
      );
    if (ready.length < mine.length) dispatcher.nudge(lane);
  }
}

async function settle(db: Pick<Database, 'engine'>, jobs: PreparedJob[], inserted: Set<string>): Promise<Accepted[]> {
  const keyed = jobs.filter((job) => job.key && !inserted.has(job.id));
  // Without a key, a row that was not inserted is there already: the try before had committed.
  if (keyed.length === 0) return jobs.map((job) => ({ id: job.id, created: true, keyReused: false }));
  const holders = await findKeys(
    db.engine,
    keyed.map((job) => ({ tenantId: job.template.tenantId, key: job.key?.value ?? '' })),
  );
  const byKey = new Map(holders.map((each) => [`${each.tenantId}\n${each.key}`, each]));
  return jobs.map((job) => {
    const holder = job.key && byKey.get(`${job.template.tenantId}\n${job.key.value}`);
    if (!job.key || inserted.has(job.id) || holder?.jobId === job.id)
      return { id: job.id, created: true, keyReused: false };
    // The key ran out between the two statements: nothing holds it now, and the repetition takes it.
    if (!holder) throw new Error(`the key of job ${job.id} has just expired`);
    return { id: holder.jobId, created: false, keyReused: holder.fingerprint !== job.key?.fingerprint };
  });
}
