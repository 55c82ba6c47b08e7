import type { SubmitItem, SubmitOutcome } from '@windlass/contracts';
import { asProblem, fault, isFault } from '@windlass/faults';
import type { FlushQueue } from '@windlass/store';
import type { TypeRegistry } from '../registry/type-registry.js';
import { checkSubmission } from './check-submission.js';
import type { Accepted, PreparedJob } from './flush-submissions.js';
import { TemplateCache } from './template-cache.js';

/** The submit stage: check against the type, then one row with its key in one transaction. */
export class SubmitJobs {
  private readonly templates = new TemplateCache();

  constructor(
    private readonly registry: TypeRegistry,
    private readonly flush: FlushQueue<PreparedJob, Accepted>,
    private readonly newId: () => string,
  ) {}

  /** One outcome per item, in order; an item's fault stays its own. */
  submit(items: SubmitItem[]): Promise<SubmitOutcome[]> {
    return Promise.all(items.map((item) => this.submitOne(item)));
  }

  private async submitOne(item: SubmitItem): Promise<SubmitOutcome> {
    try {
      const type =
        this.registry.newestKnown(item.type) ?? (await this.registry.newest(item.type).catch(rethrowNotAccepted));
      if (!type) throw unknownType(item.type, this.registry.names());
      // Keeps the copy fresh without waiting for it.
      void this.registry.newest(item.type).catch(() => {});
      checkSubmission(item, type);
      const accepted = await this.flush.add({
        id: this.newId(),
        template: this.templates.of(item, type.declaration),
        payload: item.payload,
        ...(item.requestId === undefined ? {} : { requestId: item.requestId }),
        ...(item.idempotencyKey === undefined
          ? {}
          : { key: { value: item.idempotencyKey, fingerprint: item.fingerprint ?? '' } }),
      });
      if (accepted.keyReused) {
        throw fault('submit.key-reused', {
          detail:
            'This Idempotency-Key came with another request within the last 24 hours. Use a new key for a new request.',
        });
      }
      return { id: accepted.id, state: 'queued', created: accepted.created };
    } catch (error) {
      if (!isFault(error)) throw error;
      return { problem: asProblem(error) };
    }
  }
}

/** Whether the type exists cannot be told now, so nothing was stored. */
function rethrowNotAccepted(cause: unknown): never {
  throw fault('submit.not-accepted', {
    detail: 'The job type could not be looked up now. Repeat the request with the same Idempotency-Key.',
    cause,
    retryAfterMs: 1_000,
  });
}

function unknownType(type: string, known: string[]) {
  const list =
    known.length === 0 ? 'No worker has announced any type yet.' : `Known types: ${known.slice(0, 50).join(', ')}.`;
  return fault('submit.type-unknown', {
    detail: `There is no job type "${type.slice(0, 100)}". ${list}`,
    fields: [{ path: '/type', message: 'is not a known job type' }],
  });
}
