import { type FaultCode, fault } from '@windlass/faults';

/** `path` is a JSON pointer. The message says what is wrong and what to write instead. */
export function refuse(code: FaultCode, path: string, message: string): never {
  throw fault(code, { detail: message, fields: [{ path, message }] });
}

/** What was given, short enough for a message. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
