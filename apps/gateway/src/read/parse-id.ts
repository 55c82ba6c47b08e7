import { type FaultCode, fault } from '@windlass/faults';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id out of a path. What is no id names nothing: the answer is that of an unknown one, as for another tenant's. */
export function parseId(text: string, unknown: FaultCode): string {
  if (!UUID.test(text)) throw fault(unknown, { detail: 'Use an id as the service gave it: a UUID.' });
  return text.toLowerCase();
}
