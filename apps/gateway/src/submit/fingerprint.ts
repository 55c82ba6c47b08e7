import { createHash } from 'node:crypto';
import type { Backoff, SubmitItem } from '@windlass/contracts';
import type { SubmitOptions } from './read-options.js';

/**
 * What makes two requests the same: type, payload as written, and options in a fixed order. A retry repeats the bytes, so the
 * payload needs no canonical form; the length keeps its border with the options.
 */
export function fingerprint(item: SubmitItem): string {
  const options = JSON.stringify(optionsOf(item));
  return createHash('sha256').update(`${options.length}:`).update(options).update(item.payload).digest('hex');
}

function optionsOf(item: SubmitOptions): unknown[] {
  const first = [
    item.type,
    item.tags ?? [],
    item.maxAttempts ?? null,
    item.backoff ? backoffParts(item.backoff) : null,
    item.softMs ?? null,
    item.hardMs ?? null,
  ];
  const { queue, priority, delayMs, runAt, ttlMs, dedupe, concurrency, retention } = item;
  const later = [queue, priority, delayMs, runAt, ttlMs, retention].map((value) => value ?? null);
  const keys = [
    dedupe ? [dedupe.key, dedupe.onDuplicate] : null,
    concurrency ? [concurrency.key, concurrency.limit] : null,
  ];
  // A request without these options has the fingerprint that older gateways gave it: its key is still remembered over an upgrade.
  const none = later.every((value) => value === null) && keys.every((value) => value === null);
  return none ? first : [...first, ...later, ...keys];
}

function backoffParts(backoff: Backoff): unknown[] {
  if (backoff.kind === 'list') return [backoff.kind, backoff.delaysMs, backoff.jitter ?? null];
  return [backoff.kind, backoff.delayMs, backoff.maxDelayMs ?? null, backoff.jitter ?? null];
}
