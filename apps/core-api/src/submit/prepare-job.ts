import type { SubmitItem } from '@windlass/contracts';
import type { JobExtras, JobTemplate } from '@windlass/store';
import type { PreparedJob } from './hand-over.js';

/** A checked submission as a row to be. */
export function prepareJob(item: SubmitItem, template: JobTemplate, id: string): PreparedJob {
  const extras = extrasOf(item);
  return {
    id,
    template,
    payload: item.payload,
    ...(item.requestId === undefined ? {} : { requestId: item.requestId }),
    ...(item.idempotencyKey === undefined
      ? {}
      : { key: { value: item.idempotencyKey, fingerprint: item.fingerprint ?? '' } }),
    ...(extras && { extras }),
  };
}

/** Undefined for most: such jobs take the shorter statement. */
function extrasOf({ runAt, delayMs, ttlMs, dedupe, concurrency }: SubmitItem): JobExtras | undefined {
  if (runAt === undefined && !delayMs && ttlMs === undefined && !dedupe && !concurrency) return undefined;
  return {
    ...(runAt === undefined ? {} : { runAtMs: runAt }),
    ...(delayMs ? { delayMs } : {}),
    ...(ttlMs === undefined ? {} : { ttlMs }),
    ...(dedupe && { dedupe }),
    ...(concurrency && { concurrency }),
  };
}
