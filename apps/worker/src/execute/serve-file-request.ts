import { type FaultKind, isFault, messageOf } from '@windlass/faults';
import type { FetchedFile, FileRequest } from '@windlass/handler-kit/runner';
import type { WorkerContext } from '../worker-context.js';
import { fetchInput } from './fetch-input.js';
import type { HeldAttempt } from './held-attempts.js';
import { storeArtifact } from './store-artifact.js';

/** What a handler sees of a file operation that failed: the public text, the code, and by its kind whether another try may help. */
class FileRequestError extends Error {
  override readonly name = 'FileRequestError';
  constructor(
    message: string,
    readonly code: string,
    readonly kind: FaultKind,
  ) {
    super(message);
  }
}

/** Files of one attempt, done here since a child holds no credentials. */
export class AttemptFiles {
  /** Artifacts on their way, by attempt and name: two at once under one name would mix up what was stored. */
  private readonly storing = new Set<string>();

  constructor(
    private readonly context: WorkerContext,
    private readonly maxBytes: number,
  ) {}

  async serve(attempt: HeldAttempt, request: FileRequest, signal: AbortSignal): Promise<FetchedFile | undefined> {
    try {
      if (request.kind === 'fetch') return await fetchInput(this.context, attempt, request, signal);
      await this.store(attempt, request, signal);
      return undefined;
    } catch (error) {
      const known = isFault(error) ? error : { code: 'files.unavailable', kind: 'retryable' as const };
      this.tell(attempt, request, known.kind, error);
      throw new FileRequestError(messageOf(error), known.code, known.kind);
    }
  }

  /** A wrong id or name is the job's mistake, told to its handler: the operator needs neither a warning nor a stack of it. */
  private tell(attempt: HeldAttempt, { kind: request }: FileRequest, kind: FaultKind, error: unknown): void {
    const { jobId, requestId } = attempt;
    const fields = { operation: 'execute', jobId, requestId, request };
    const { logger } = this.context;
    if (kind === 'retryable' || kind === 'bug') logger.warn({ ...fields, error }, 'a file operation failed');
    else logger.info({ ...fields, cause: messageOf(error) }, 'a file operation was refused');
  }

  private async store(
    attempt: HeldAttempt,
    request: FileRequest & { kind: 'put' },
    signal: AbortSignal,
  ): Promise<void> {
    const { name } = request;
    const mark = `${attempt.key}/${name}`;
    if (this.storing.has(mark)) throw new Error(`The artifact ${name} is being stored already.`);
    this.storing.add(mark);
    try {
      await storeArtifact(this.context, attempt, { ...request, maxBytes: this.maxBytes }, signal);
    } finally {
      this.storing.delete(mark);
    }
  }
}
