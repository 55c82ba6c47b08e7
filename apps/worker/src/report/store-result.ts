import { Readable } from 'node:stream';
import {
  type ArtifactEntry,
  type AttemptReport,
  compileSchema,
  fieldErrorsOf,
  INLINE_RESULT_BYTES,
} from '@windlass/contracts';
import { isFault, messageOf } from '@windlass/faults';
import { attemptKey } from '@windlass/files';
import type { HeldAttempt } from '../execute/held-attempts.js';
import { repeatWhileAway } from '../execute/repeat-while-away.js';
import { RESULT_NAME } from '../execute/store-artifact.js';
import type { WorkerContext } from '../worker-context.js';
import { describeFailure, platformError } from './describe-outcome.js';

const CONTENT_TYPE = 'application/json';

export interface LargeResultOptions {
  context: WorkerContext;
  /** The result's schema of a type and version that runs here. */
  schemaOf(type: string, version: number): Record<string, unknown>;
  /** Aborts when the worker no longer waits. */
  gone: AbortSignal;
}

/** Whether core takes a result only as a file. A UTF-16 unit is one to three bytes: most need not be measured. */
export function isLarge({ result }: AttemptReport): boolean {
  if (result === undefined || result.length * 3 <= INLINE_RESULT_BYTES) return false;
  return Buffer.byteLength(result) > INLINE_RESULT_BYTES;
}

/**
 * Results that neither the broker nor a row should carry: checked against their type's schema here, since core does not see them,
 * and stored under their attempt. It is the report that makes one the job's result.
 */
export class LargeResults {
  private readonly validators = new Map<string, ReturnType<typeof compileSchema>>();
  private readonly underWay = new Set<Promise<void>>();
  private heldBytes = 0;

  constructor(private readonly options: LargeResultOptions) {}

  /** Of results under way; a worker with too many takes nothing new. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** `then` gets the report with the file in place of the text, or that of a failure. */
  store(attempt: HeldAttempt, report: AttemptReport, then: (report: AttemptReport) => void): void {
    const { length } = report.result!;
    this.heldBytes += length;
    const storing: Promise<void> = this.replaced(attempt, report).then((replaced) => {
      this.heldBytes -= length;
      this.underWay.delete(storing);
      then(replaced);
    });
    this.underWay.add(storing);
  }

  async settled(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async replaced(attempt: HeldAttempt, report: AttemptReport): Promise<AttemptReport> {
    try {
      const text = report.result!;
      const fault = this.check(attempt, text);
      if (fault) return describeFailure(report, { error: invalid(fault), retry: 'never' });
      const resultFile = await this.put(attempt, text);
      const { result: _, ...rest } = report;
      return { ...rest, resultFile };
    } catch (error) {
      const { jobId, requestId } = attempt;
      this.options.context.logger.warn(
        { operation: 'report', jobId, requestId, error },
        `a result could not be stored: ${messageOf(error)}`,
      );
      const code = isFault(error) ? error.code : 'files.unavailable';
      const why = `The result could not be stored: ${messageOf(error)}`;
      // Without a wish of its own: another attempt may find the storage back.
      return describeFailure(report, { error: platformError('ResultNotStored', code, why) });
    }
  }

  private check({ lane, version }: HeldAttempt, text: string): string | undefined {
    const key = `${lane.name}@${version}`;
    const validate = this.validators.get(key) ?? compileSchema(this.options.schemaOf(lane.name, version));
    this.validators.set(key, validate);
    if (validate(JSON.parse(text))) return undefined;
    const [first] = fieldErrorsOf(validate.errors, '');
    return `${first?.path || 'the result'} ${first?.message ?? 'is not valid'}`;
  }

  private async put(attempt: HeldAttempt, text: string): Promise<ArtifactEntry> {
    const { context, gone } = this.options;
    const key = attemptKey(attempt.tenantId, attempt.jobId, attempt.run, attempt.epoch, RESULT_NAME);
    const bytes = Buffer.from(text);
    const options = { contentType: CONTENT_TYPE, maxBytes: bytes.length, signal: gone };
    const put = () => context.files.put(key, Readable.from([bytes]), options);
    const { size, sha256, etag } = await repeatWhileAway(context.runtime, gone, put);
    return { name: RESULT_NAME, key, size, sha256, etag, contentType: CONTENT_TYPE };
  }
}

/** In core's words for a small one. */
function invalid(why: string) {
  const message = `The handler's result does not match the type's schema: ${why}`;
  return platformError('ResultInvalid', 'report.result-invalid', message);
}
