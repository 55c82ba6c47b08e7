import { invalid } from '../http/read-fields.js';

const VISIBLE = /^[\x21-\x7e]+$/;
const MAX_KEY = 255;
/** Of a batch: room for `/` and an index of up to three digits. */
export const MAX_BATCH_KEY = MAX_KEY - 4;

export function isIdempotencyKey(key: unknown, max: number = MAX_KEY): key is string {
  return typeof key === 'string' && key.length <= max && VISIBLE.test(key);
}

export function keyRule(max: number = MAX_KEY): string {
  return `must be 1 to ${max} visible ASCII characters without spaces`;
}

/** The request's header, or `http.fields-invalid`. */
export function idempotencyKeyOf(
  headers: Record<string, string | string[] | undefined>,
  max: number = MAX_KEY,
): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || isIdempotencyKey(key, max)) return key;
  throw invalid([{ path: 'Idempotency-Key', message: keyRule(max) }]);
}
