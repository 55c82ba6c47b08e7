import { DISPATCH } from '@windlass/dispatch';
import { fault } from '@windlass/faults';
import { type DedupedOutcome, FlushQueue, findKeys, insertDedupedJobs, insertJobs } from '@windlass/store';
import { afterCancel } from '../cancel/after-cancel.js';
import type { CorePorts } from '../core-ports.js';
import { handOver, lanesOf, type PreparedJob, withCredit } from './hand-over.js';

/** What became of one submission. */
export type Accepted = DedupedOutcome;

type Ports = Pick<CorePorts, 'broker' | 'db' | 'dispatcher' | 'logger'> & { finished(ids: Iterable<string>): void };
export interface Submissions {
  /** `repeated`: the job was handed in before, and that may have committed. */
  add(job: PreparedJob, repeated?: boolean): Promise<Accepted>;
}

type Flush = (jobs: PreparedJob[], repeated: boolean) => Promise<Accepted[]>;

/**
 * Submissions of one flush: one transaction, then the hand-over of those that had credit. Jobs with a dedupe key go another way, since
 * theirs takes several statements: the plain ones do not wait for them.
 */
export function submissionQueue(ports: Ports): Submissions {
  const plain = queueOf((jobs, repeated) => flushPlain(jobs, repeated, ports));
  const deduped = queueOf((jobs, repeated) => flushDeduped(jobs, repeated, ports));
  return { add: (job, repeated) => (job.extras?.dedupe ? deduped : plain).add(job, repeated) };
}

function queueOf(flush: Flush): FlushQueue<PreparedJob, Accepted> {
  return new FlushQueue<PreparedJob, Accepted>({
    // At 500 rows a flush takes some 10 ms; larger ones only make the next wait longer.
    maxItems: 500,
    maxWaiting: 20_000,
    sizeOf: (job) => job.payload.length,
    keyOf: ({ template: { tenantId }, key, extras }) => {
      const keys = key ? [`i\n${tenantId}\n${key.value}`] : [];
      // Duplicates are told apart within a flush; of those that replace each other each takes a round of statements.
      const replacing = extras?.dedupe?.onDuplicate === 'replace' ? [`d\n${tenantId}\n${extras.dedupe.key}`] : [];
      return [...keys, ...replacing];
    },
    notWritten: (cause) =>
      fault('submit.not-accepted', {
        detail: 'The job could not be stored now and does not exist. Repeat the request with the same Idempotency-Key.',
        cause,
        retryAfterMs: 1_000,
      }),
    flush,
  });
}

/** After an unknown commit the scheduler hands over: whether the first try was marked is not known here. */
async function insertWith<R>(
  prepared: PreparedJob[],
  repeated: boolean,
  { dispatcher }: Ports,
  insert: (jobs: ReturnType<typeof withCredit>) => Promise<R>,
  insertedOf: (result: R) => Parameters<typeof handOver>[1],
): Promise<R> {
  const lanes = lanesOf(prepared);
  const jobs = repeated
    ? prepared.map((job) => ({ ...job, dispatched: false }))
    : withCredit(prepared, lanes, dispatcher);
  let result: R;
  try {
    result = await insert(jobs);
  } catch (error) {
    for (const lane of lanes.values()) dispatcher.dropCredit(lane);
    throw error;
  }
  handOver(jobs, insertedOf(result), lanes, dispatcher);
  return result;
}

async function flushPlain(prepared: PreparedJob[], repeated: boolean, ports: Ports): Promise<Accepted[]> {
  const inserted = await insertWith(
    prepared,
    repeated,
    ports,
    (jobs) => insertJobs(ports.db.engine, jobs, { repeated, markMs: DISPATCH.markMs }),
    (result) => result,
  );
  return settle(ports, prepared, inserted).catch((cause: unknown) => {
    // Whatever went wrong here, the jobs are stored: to the queue this is a commit without an answer.
    throw new Error('the keys could not be read after the commit', { cause });
  });
}

async function flushDeduped(prepared: PreparedJob[], repeated: boolean, ports: Ports): Promise<Accepted[]> {
  const { outcomes, cancelled } = await insertWith(
    prepared,
    repeated,
    ports,
    (jobs) => insertDedupedJobs(ports.db.engine, jobs, { repeated, markMs: DISPATCH.markMs }),
    (result) =>
      new Map(
        result.outcomes.flatMap((outcome, n) =>
          outcome.kind === 'inserted' ? [[prepared[n]?.id ?? '', outcome.state] as const] : [],
        ),
      ),
  );
  afterCancel(cancelled, ports);
  return outcomes;
}

/** What was not inserted met an older request with its key, or one that another core has under way. */
async function settle(
  { db }: Ports,
  jobs: PreparedJob[],
  inserted: Awaited<ReturnType<typeof insertJobs>>,
): Promise<Accepted[]> {
  const keyed = jobs.filter((job) => job.key && !inserted.has(job.id));
  const keys = keyed.map((job) => ({ tenantId: job.template.tenantId, key: job.key?.value ?? '' }));
  const holders = keyed.length > 0 ? await findKeys(db.engine, keys) : [];
  const byKey = new Map(holders.map((each) => [`${each.tenantId}\n${each.key}`, each]));
  return jobs.map((job): Accepted => {
    const state = inserted.get(job.id);
    if (state) return { kind: 'inserted', state };
    // Without a key, a row that was not inserted is there already: the try before had committed.
    if (!job.key) return { kind: 'inserted', state: startStateOf(job) };
    const holder = byKey.get(`${job.template.tenantId}\n${job.key.value}`);
    if (!holder?.live) return { kind: 'busy', on: 'key' };
    if (holder.answer.id === job.id) return { kind: 'inserted', state: holder.answer.state };
    return { kind: 'repeated', holder };
  });
}

const startStateOf = ({ extras }: PreparedJob) =>
  extras?.delayMs || extras?.runAtMs !== undefined ? 'scheduled' : 'queued';
