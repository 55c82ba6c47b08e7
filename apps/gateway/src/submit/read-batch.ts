import type { SubmitItem } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { invalid } from '../http/read-fields.js';
import { MAX_BATCH_ITEMS } from './batch-limits.js';
import { isIdempotencyKey, keyRule } from './idempotency-key.js';
import { readOptions, type SubmitOptions } from './read-options.js';
import { withKey } from './read-submission.js';

/** The list in a batch's body, its items unread. Throws `http.fields-invalid`. */
export function readList(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ path: '', message: 'the body must be a JSON object' }]);
  }
  for (const name in body) {
    if (name !== 'jobs') throw invalid([{ path: `/${name.slice(0, 100)}`, message: 'unknown field' }]);
  }
  const { jobs } = body as { jobs?: unknown };
  if (!Array.isArray(jobs)) throw invalid([{ path: '/jobs', message: 'must be a list of submissions' }]);
  if (jobs.length < 1 || jobs.length > MAX_BATCH_ITEMS) {
    throw invalid([{ path: '/jobs', message: `must have 1 to ${MAX_BATCH_ITEMS} items` }]);
  }
  return jobs;
}

/** What all items of a batch share. */
export interface BatchContext {
  tenantId: string;
  requestId: string;
  /** The header's: each item without a key of its own gets `<this>/<index>`. */
  batchKey: string | undefined;
  nowMs: number;
  maxPayloadBytes: number;
}

/**
 * Reads the items of one batch, each on its own. Jobs of a batch are mostly alike, so what was validated once is not validated
 * again: that would cost more than everything else that the gateway does with them.
 */
export class BatchReader {
  private readonly known = new Map<string, SubmitOptions>();

  constructor(private readonly context: BatchContext) {}

  /** Throws a Fault whose paths begin at the item. `payload` is its source text. */
  read(value: unknown, index: number, payload: string | undefined): SubmitItem {
    const { tenantId, requestId, batchKey, nowMs, maxPayloadBytes } = this.context;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid([{ path: '', message: 'must be a JSON object' }]);
    }
    const { payload: _taken, idempotencyKey, ...rest } = value as Record<string, unknown>;
    const options = this.options(rest, nowMs);
    if (payload === undefined) throw invalid([{ path: '/payload', message: 'is required' }]);
    if (Buffer.byteLength(payload) > maxPayloadBytes) throw payloadTooLarge(maxPayloadBytes);
    const item: SubmitItem = { tenantId, payload, requestId, ...options };
    if (idempotencyKey != null) {
      if (!isIdempotencyKey(idempotencyKey)) throw invalid([{ path: '/idempotencyKey', message: keyRule() }]);
      return withKey(item, idempotencyKey);
    }
    return batchKey === undefined ? item : withKey(item, `${batchKey}/${index}`);
  }

  private options(fields: object, nowMs: number): SubmitOptions {
    const text = JSON.stringify(fields);
    const known = this.known.get(text);
    if (known) return known;
    const options = readOptions(fields, nowMs);
    this.known.set(text, options);
    return options;
  }
}

function payloadTooLarge(maxBytes: number) {
  return fault('http.body-too-large', {
    detail: `A payload may have at most ${maxBytes} bytes; large content belongs into a file (POST /v1/files).`,
    fields: [{ path: '/payload', message: `must have at most ${maxBytes} bytes` }],
  });
}
