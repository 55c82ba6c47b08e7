import { randomUUID } from 'node:crypto';
import type { Platform } from '../ground/open-platform.js';
import type { Submission } from '../submit/submit-once.js';

const BATCH = 500;

/** As fast as they are taken. Answers those that were acknowledged. */
export async function submitMany({ bed, sink }: Platform, count: number, ms: number): Promise<Submission[]> {
  const client = bed.client();
  const done: Submission[] = [];
  for (let from = 0; from < count; from += BATCH) {
    const keys = Array.from({ length: Math.min(BATCH, count - from) }, () => randomUUID());
    const fromMs = Date.now();
    const results = await client.submitBatch(
      keys.map((idempotencyKey) => ({ type: 'fault.note', payload: { sink, ms }, idempotencyKey })),
    );
    results.forEach((result, n) => {
      if (!('id' in result)) return;
      const told = {
        op: 'submit',
        outcome: 'ok',
        retryAfter: false,
        refused: false,
        fromMs,
        toMs: Date.now(),
      } as const;
      done.push({ ...told, key: keys[n]!, jobId: result.id });
    });
  }
  return done;
}
