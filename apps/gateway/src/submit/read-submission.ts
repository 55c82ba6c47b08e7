import { createHash } from 'node:crypto';
import type { SubmitItem } from '@windlass/contracts';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/principal.js';
import { invalid, readFields } from '../http/read-fields.js';
import { type BackoffDto, SubmitJobDto } from './submit-job.dto.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** A submission out of a request, or `http.fields-invalid`. */
export function readSubmission(request: FastifyRequest): SubmitItem {
  const payload = request.payloadText;
  const options = readFields(SubmitJobDto, withoutPayload(request.body));
  if (payload === undefined) throw invalid([{ path: '/payload', message: 'is required' }]);
  if (options.softMs !== undefined && options.hardMs !== undefined && options.softMs > options.hardMs) {
    throw invalid([{ path: '/softMs', message: 'must not be more than hardMs' }]);
  }
  const item: SubmitItem = {
    tenantId: principalOf(request).tenantId,
    type: options.type,
    payload,
    requestId: request.id,
  };
  // `null` reads as left out: an absent option never travels.
  if (options.tags?.length) item.tags = options.tags;
  if (options.maxAttempts != null) item.maxAttempts = options.maxAttempts;
  if (options.backoff != null) item.backoff = withoutNulls(options.backoff);
  if (options.softMs != null) item.softMs = options.softMs;
  if (options.hardMs != null) item.hardMs = options.hardMs;
  const key = request.headers['idempotency-key'];
  if (key !== undefined) {
    item.idempotencyKey = readKey(key);
    item.fingerprint = fingerprint(item);
  }
  return item;
}

function withoutNulls({ kind, delayMs, maxDelayMs, jitter }: BackoffDto): NonNullable<SubmitItem['backoff']> {
  return { kind, delayMs, ...(maxDelayMs == null ? {} : { maxDelayMs }), ...(jitter == null ? {} : { jitter }) };
}

function withoutPayload(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { payload: _taken, ...rest } = body as Record<string, unknown>;
  return rest;
}

function readKey(key: string | string[]): string {
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  throw invalid([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters without spaces' }]);
}

/**
 * What makes two requests the same: type, payload as written, and options in a fixed order. A retry repeats the bytes, so the
 * payload needs no canonical form; the length keeps its border with the options.
 */
export function fingerprint(item: SubmitItem): string {
  const { backoff } = item;
  const options = JSON.stringify([
    item.type,
    item.tags ?? [],
    item.maxAttempts ?? null,
    backoff ? [backoff.kind, backoff.delayMs, backoff.maxDelayMs ?? null, backoff.jitter ?? null] : null,
    item.softMs ?? null,
    item.hardMs ?? null,
  ]);
  return createHash('sha256').update(`${options.length}:`).update(options).update(item.payload).digest('hex');
}
