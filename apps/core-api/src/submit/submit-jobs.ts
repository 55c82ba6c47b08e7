import type { Runtime } from '@windlass/clock';
import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { asProblem, fault, isFault } from '@windlass/faults';
import type { KeyHolder } from '@windlass/store';
import type { QueueRegistry } from '../queues/queue-registry.js';
import type { KnownType, TypeRegistry } from '../registry/type-registry.js';
import { answerSubmission } from './answer-submission.js';
import { checkSubmission } from './check-submission.js';
import type { Accepted, Submissions } from './flush-submissions.js';
import type { PreparedJob } from './hand-over.js';
import { KeyTurns } from './key-turns.js';
import { prepareJob } from './prepare-job.js';
import { TemplateCache } from './template-cache.js';

/** Another core's transaction on the same dedupe key takes milliseconds; one that is stuck is not waited for longer than this. */
const BUSY_MS = 1_000;
const BUSY_RETRY_MS = 20;
/** Jobs that replace each other take a transaction each: so many are done in some 300 ms, more would make their neighbours wait too long. */
const MAX_REPLACING = 32;

/** The submit stage: check against the type, then one row with its keys in one transaction. */
export class SubmitJobs {
  private readonly templates = new TemplateCache();
  private readonly turns: KeyTurns;
  /** Submissions with `replace` that are under way here, by tenant and dedupe key. */
  private readonly replacing = new Map<string, number>();

  constructor(
    private readonly registry: TypeRegistry,
    private readonly queues: QueueRegistry,
    private readonly flush: Submissions,
    private readonly runtime: Pick<Runtime, 'now' | 'monotonicMs' | 'sleep' | 'uuid'>,
    /** Who holds an idempotency key now. Throws what the database throws. */
    private readonly holderOf: (tenantId: string, key: string) => Promise<KeyHolder | undefined>,
  ) {
    this.turns = new KeyTurns(runtime);
  }

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

  private async store(item: SubmitItem, { declaration }: KnownType): Promise<SubmitOutcome> {
    const job = prepareJob(item, this.templates.of(item, declaration), this.runtime.uuid());
    const accepted = job.key ? this.turns.take(job, () => this.inPlace(job)) : this.inPlace(job);
    return answerSubmission(job, await accepted);
  }

  /** One client that replaces a job again and again must not keep the neighbours of its jobs waiting. */
  private async inPlace(job: PreparedJob): Promise<Accepted> {
    const dedupe = job.extras?.dedupe;
    if (dedupe?.onDuplicate !== 'replace') return this.accept(job);
    const key = `${job.template.tenantId}\n${dedupe.key}`;
    const before = this.replacing.get(key) ?? 0;
    if (before >= MAX_REPLACING) throw dedupeBusy();
    this.replacing.set(key, before + 1);
    try {
      return await this.accept(job);
    } finally {
      const left = (this.replacing.get(key) ?? 1) - 1;
      if (left > 0) this.replacing.set(key, left);
      else this.replacing.delete(key);
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
    detail:
      'Another request with this dedupeKey is under way, or many that replace each other. Repeat the request after the delay.',
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
