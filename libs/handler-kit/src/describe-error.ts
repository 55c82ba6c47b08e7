import { RETRY, type RetryWish } from './define-job.js';
import { MAX_MESSAGE_BYTES, MAX_STACK_BYTES, storableText } from './storable-text.js';

export interface HandlerError {
  /** The error's constructor. */
  class: string;
  code?: string;
  message: string;
  stack: string;
}

const MAX_NAME_BYTES = 200;
/** A retry later than this is a mistake in the handler's arithmetic. */
const MAX_DELAY_MS = 366 * 86_400_000;

/** Whatever was thrown, as strings that can be stored. Every property is read with care: getters and proxies may throw. */
export function describeError(thrown: unknown, code?: string): HandlerError {
  const own = code ?? read(thrown, 'code');
  const described: HandlerError = {
    class: storableText(classOf(thrown), MAX_NAME_BYTES),
    message: storableText(messageOf(thrown), MAX_MESSAGE_BYTES),
    stack: storableText(read(thrown, 'stack') ?? '', MAX_STACK_BYTES),
  };
  if (typeof own === 'string' && own !== '') described.code = storableText(own, MAX_NAME_BYTES);
  return described;
}

export function retryWish(thrown: unknown): RetryWish {
  const wish = read(thrown, RETRY);
  if (wish === 'never') return 'never';
  const delayMs = read(wish, 'delayMs');
  if (typeof delayMs !== 'number' || !(delayMs >= 0)) return 'default';
  return { delayMs: Math.min(Math.ceil(delayMs), MAX_DELAY_MS) };
}

export function read(value: unknown, key: PropertyKey): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  try {
    return Reflect.get(value, key);
  } catch {
    return undefined;
  }
}

function classOf(thrown: unknown): unknown {
  if (thrown === null) return 'null';
  if (typeof thrown !== 'object') return typeof thrown;
  const name = read(read(thrown, 'constructor'), 'name');
  return typeof name === 'string' && name !== '' ? name : 'Object';
}

function messageOf(thrown: unknown): unknown {
  const message = read(thrown, 'message');
  return typeof message === 'string' ? message : thrown;
}
