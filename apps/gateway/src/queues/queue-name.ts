import { fault } from '@windlass/faults';
import { isQueueName } from '../http/field-forms.decorator.js';
import { invalid } from '../http/read-fields.js';

/** A name out of a path. What cannot be one names nothing. */
export function parseQueueName(text: string): string {
  if (isQueueName(text)) return text;
  throw fault('queues.unknown', { detail: 'There is no such queue; the queues are listed at /v1/queues.' });
}

/** The same for a queue that may be made. */
export function newQueueName(text: string): string {
  if (isQueueName(text)) return text;
  const message = 'must be at most 100 lower-case letters, digits, dots and hyphens, such as cad.urgent';
  throw invalid([{ path: 'name', message }]);
}
