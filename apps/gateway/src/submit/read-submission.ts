import type { SubmitItem } from '@windlass/contracts';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/principal.js';
import { invalid } from '../http/read-fields.js';
import { fingerprint } from './fingerprint.js';
import { idempotencyKeyOf } from './idempotency-key.js';
import { readOptions } from './read-options.js';

/** A submission out of a request, or `http.fields-invalid`. */
export function readSubmission(request: FastifyRequest, nowMs: number): SubmitItem {
  const payload = request.payloadText;
  const options = readOptions(withoutPayload(request.body), nowMs);
  if (payload === undefined) throw invalid([{ path: '/payload', message: 'is required' }]);
  const key = idempotencyKeyOf(request.headers);
  const item: SubmitItem = { tenantId: principalOf(request).tenantId, payload, requestId: request.id, ...options };
  return key === undefined ? item : withKey(item, key);
}

export function withKey(item: SubmitItem, idempotencyKey: string): SubmitItem {
  return { ...item, idempotencyKey, fingerprint: fingerprint(item) };
}

function withoutPayload(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { payload: _taken, ...rest } = body as Record<string, unknown>;
  return rest;
}
