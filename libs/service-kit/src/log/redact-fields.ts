import { MASK, maskText } from './mask-text.js';

/** Log lines are for reading: what is deeper, longer or more than this is cut. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 8_192;

const SECRET_NAME =
  /authorization|cookie|password|passwd|passphrase|secret|credential|api[-_]?key|access[-_]?key|private[-_]?key|signing[-_]?key|tokens?$/i;

/** A copy that is safe to write: fields with a secret's name are masked, texts lose their credentials, errors become plain data. */
export function redactFields(fields: object): Record<string, unknown> {
  return copyObject(fields, 0);
}

function copyObject(source: object, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(source).slice(0, MAX_ITEMS)) {
    const value = (source as Record<string, unknown>)[key];
    copy[key] = SECRET_NAME.test(key) ? maskWhole(value) : copyValue(value, depth + 1);
  }
  return copy;
}

/** Counts and switches such as `hasToken` tell nothing. */
function maskWhole(value: unknown): unknown {
  return value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : MASK;
}

function copyValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof URL) return maskText(value.href);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  // Also what ends a circle.
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) return copyError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => copyValue(item, depth + 1));
  return copyObject(value, depth);
}

function copyError(error: Error, depth: number): Record<string, unknown> {
  return {
    ...copyObject(error, depth),
    type: error.name,
    message: copyValue(error.message, depth),
    stack: copyValue(error.stack, depth),
    ...(error.cause === undefined ? {} : { cause: copyValue(error.cause, depth + 1) }),
  };
}
