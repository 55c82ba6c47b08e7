import { fieldErrorsOf, type SubmitItem } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import type { KnownType } from '../registry/type-registry.js';
import { findOverflow } from './find-overflow.js';

/**
 * Payload against the type's schema, limits and times against each other. Throws `submit.payload-invalid` or `http.fields-invalid`.
 * @param nowMs wall clock: a moment is compared with it, the database's clock decides later
 */
export function checkSubmission(item: SubmitItem, type: KnownType, nowMs: number): void {
  let payload: unknown;
  try {
    payload = JSON.parse(item.payload);
  } catch (cause) {
    throw fault('submit.payload-invalid', { fields: [{ path: '/payload', message: 'is not JSON' }], cause });
  }
  const overflow = findOverflow(item.payload, payload);
  if (overflow !== undefined) {
    throw fault('submit.payload-invalid', {
      detail:
        'The payload has a number beyond the range of a double (about 1.8e308), which no handler could be given. Send it as a string.',
      fields: [{ path: `/payload${overflow}`, message: 'must be a finite number' }],
    });
  }
  if (!type.validatePayload(payload)) {
    const fields = fieldErrorsOf(type.validatePayload.errors, '/payload');
    throw fault('submit.payload-invalid', {
      detail: `The payload does not match ${item.type} version ${type.declaration.version}: see errors, and GET /v1/job-types for the schema.`,
      fields,
    });
  }
  const hardMs = item.hardMs ?? type.declaration.hardMs;
  if (item.softMs !== undefined && item.softMs >= hardMs) {
    throw fault('http.fields-invalid', {
      fields: [{ path: '/softMs', message: `must be below the hard limit of ${hardMs} ms` }],
    });
  }
  checkTimes(item, nowMs);
}

/** A job whose time to live ends before it may start would only be stored to expire. */
function checkTimes({ delayMs, runAt, ttlMs }: SubmitItem, nowMs: number): void {
  if (delayMs !== undefined && runAt !== undefined)
    throw fault('http.fields-invalid', { fields: [{ path: '/runAt', message: 'cannot go together with delay' }] });
  if (ttlMs === undefined) return;
  const startMs = delayMs ?? (runAt === undefined ? 0 : runAt - nowMs);
  if (startMs >= ttlMs)
    throw fault('http.fields-invalid', {
      fields: [{ path: '/ttl', message: 'must end after the job may start: see delay and runAt' }],
    });
}
