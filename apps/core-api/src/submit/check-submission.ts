import type { SubmitItem } from '@windlass/contracts';
import { fault } from '@windlass/faults';
import { fieldErrorsOf } from '../registry/compile-schema.js';
import type { KnownType } from '../registry/type-registry.js';

/** Payload against the type's schema, limits against each other. Throws `submit.payload-invalid` or `http.fields-invalid`. */
export function checkSubmission(item: SubmitItem, type: KnownType): void {
  let payload: unknown;
  try {
    payload = JSON.parse(item.payload);
  } catch (cause) {
    throw fault('submit.payload-invalid', { fields: [{ path: '/payload', message: 'is not JSON' }], cause });
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
      fields: [{ path: '/limits/softMs', message: `must be below the hard limit of ${hardMs} ms` }],
    });
  }
}
