import type { Runtime } from '@windlass/clock';
import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { asProblem, fault, isFault } from '@windlass/faults';
import type { KeyHolder } from '@windlass/store';
import type { QueueRegistry } from '../queues/queue-registry.js';
import type { KnownType, TypeRegistry } from '../registry/type-registry.js';
import { answerSubmission, keyInProgress } from './answer-submission.js';
import { checkSubmission } from './check-submission.js';
import type { Accepted, Submissions } from './flush-submissions.js';
import type { PreparedJob } from './hand-over.js';
import { prepareJob } from './prepare-job.js';
import { TemplateCache } from './template-cache.js';

/** Another core's transaction on the same dedupe key takes milliseconds; one that is stuck is not waited for longer than this. */
const BUSY_MS = 1_000;
const BUSY_RETRY_MS = 20;

/** The submit stage: check against the type, then one row with its keys in one transaction. */
export class SubmitJobs {
  private readonly templates = new TemplateCache();
  /** Idempotency keys of submissions that are under way here. */
  private readonly underWay = new Set<string>();

  constructor(
    private readonly registry: TypeRegistry,
    private readonly queues: QueueRegistry,
    private readonly flush: Submissions,
    private readonly runtime: Pick<Runtime, 'now' | 'monotonicMs' | 'sleep' | 'uuid'>,
    /** Who holds an idempotency key now. Throws what the database throws. */
    private readonly holderOf: (tenantId: string, key: string) => Promise<KeyHolder | undefined>,
  ) {}

  /** One outcome per item, in order; an item's fault stays its own. */
  submit(items: SubmitItem[]): Promise<SubmitOutcome[]> {
    return Promise.all(items.map((item) => this.submitOne(item)));
  }

  private async submitOne(item: SubmitItem): Promise<SubmitOutcome> {
    try {
      const type = await this.check(item).catch((error: unknown) => this.answeredBefore(item, error));
      return 'id' in type ? type : await this.store(item, type);
    } catch (error) {
      if (!isFault(error)) throw error;
      return { problem: asProblem(error) };
    }
  }

  private async check(item: SubmitItem): Promise<KnownType> {
    const type =
      this.registry.newestKnown(item.type) ?? (await this.registry.newest(item.type).catch(rethrowNotAccepted));
    if (!type) throw unknownType(item.type, this.registry.names());
    // Keeps the copy fresh without waiting for it.
    void this.registry.newest(item.type).catch(() => {});
    if (item.queue !== undefined && item.queue !== item.type) await this.checkQueue(item.queue, item.type);
    checkSubmission(item, type, this.runtime.now());
    return type;
  }

  /** What is refused today was perhaps accepted yesterday (a queue is gone, a time has passed): a repetition hears what the first heard (P1). */
  private async answeredBefore(item: SubmitItem, refusal: unknown): Promise<Extract<SubmitOutcome, { id: string }>> {
    if (item.idempotencyKey === undefined || !isFault(refusal) || refusal.kind !== 'invalid') throw refusal;
    const holder = await this.holderOf(item.tenantId, item.idempotencyKey).catch(rethrowNotAccepted);
    if (!holder?.live || holder.fingerprint !== item.fingerprint) throw refusal;
    return { ...holder.answer, created: false };
  }

  /** A second request with the key of one that is under way is not made to wait: the gateway repeats it for a while. */
  private async store(item: SubmitItem, { declaration }: KnownType): Promise<SubmitOutcome> {
    const job = prepareJob(item, this.templates.of(item, declaration), this.runtime.uuid());
    if (!job.key) return answerSubmission(job, await this.accept(job));
    const key = `${item.tenantId}\n${job.key.value}`;
    if (this.underWay.has(key)) throw keyInProgress();
    this.underWay.add(key);
    try {
      return answerSubmission(job, await this.accept(job));
    } finally {
      this.underWay.delete(key);
    }
  }

  /** Once a commit had no answer, each further try is a repetition: what keeps the key busy may be the job itself. */
  private async accept(job: PreparedJob): Promise<Accepted> {
    const untilMs = this.runtime.monotonicMs() + BUSY_MS;
    let repeated = false;
    for (;;) {
      const accepted = await this.flush.add(job, repeated);
      if (accepted.kind !== 'busy' || accepted.on === 'key') return accepted;
      repeated ||= accepted.repeated ?? false;
      if (this.runtime.monotonicMs() >= untilMs) throw repeated ? acceptedUnknown() : dedupeBusy();
      await this.runtime.sleep(BUSY_RETRY_MS);
    }
  }

  private async checkQueue(queue: string, type: string): Promise<void> {
    if (await this.queues.has(queue).catch(rethrowNotAccepted)) return;
    const known = [type, ...this.queues.names()].slice(0, 50).join(', ');
    throw fault('submit.queue-unknown', {
      detail: `There is no queue "${queue}" for jobs of the type "${type}". Known queues: ${known}. PUT /v1/queues/${queue} makes it.`,
      fields: [{ path: '/queue', message: 'is not a known queue' }],
    });
  }
}

/** Whether type or queue exist cannot be told now, so nothing was stored. */
function rethrowNotAccepted(cause: unknown): never {
  throw fault('submit.not-accepted', {
    detail: 'The job’s type or queue could not be looked up now. Repeat the request with the same Idempotency-Key.',
    cause,
    retryAfterMs: 1_000,
  });
}

const dedupeBusy = () =>
  fault('submit.not-accepted', {
    detail: 'Another request with this dedupeKey is under way. Repeat the request after the delay.',
    retryAfterMs: 1_000,
  });

const acceptedUnknown = () =>
  fault('store.unavailable', {
    detail: 'Whether the job was stored is not known yet. Repeat the request after the delay.',
    retryAfterMs: 1_000,
  });

function unknownType(type: string, known: string[]) {
  const list =
    known.length === 0 ? 'No worker has announced any type yet.' : `Known types: ${known.slice(0, 50).join(', ')}.`;
  return fault('submit.type-unknown', {
    detail: `There is no job type "${type.slice(0, 100)}". ${list}`,
    fields: [{ path: '/type', message: 'is not a known job type' }],
  });
}
