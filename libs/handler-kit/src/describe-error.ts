import { WISH, type Wish } from './end-job.js';
import { MAX_MESSAGE_BYTES, MAX_STACK_BYTES, storableText } from './storable-text.js';

export interface HandlerError {
  /** The error's constructor. */
  class: string;
  code?: string;
  message: string;
  stack: string;
}

const MAX_NAME_BYTES = 200;
/** Enough to find a file within its package. */
const KEPT_PATH_PARTS = 3;
/** A retry later than this is a mistake in the handler's arithmetic. */
const MAX_DELAY_MS = 366 * 86_400_000;

/**
 * Whatever was thrown, as strings that can be stored. Every property is read with care: getters and proxies may throw. What a
 * handler throws to end its attempt (FailJob and the like) is an answer, no accident: where it was thrown concerns no reader.
 */
export function describeError(thrown: unknown, code?: string): HandlerError {
  const own = code ?? read(thrown, 'code');
  const described: HandlerError = {
    class: storableText(classOf(thrown), MAX_NAME_BYTES),
    message: storableText(messageOf(thrown), MAX_MESSAGE_BYTES),
    stack: wishOf(thrown) === 'default' ? stackOf(thrown) : '',
  };
  if (typeof own === 'string' && own !== '') described.code = storableText(own, MAX_NAME_BYTES);
  return described;
}

export function wishOf(thrown: unknown): Wish {
  const wish = read(thrown, WISH);
  if (wish === 'never' || wish === 'cancel') return wish;
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

/** Readers of a job learn where in the code it failed, but not where on the server that code lies. */
function stackOf(thrown: unknown): string {
  const text = storableText(read(thrown, 'stack') ?? '', MAX_STACK_BYTES);
  return text.split('\n').map(withoutPlace).join('\n');
}

/** Frames keep the last parts of their paths; any other line stays as it is. */
function withoutPlace(line: string): string {
  if (!/^\s+at /.test(line)) return line;
  const start = /(?<=[ (])(?:file:\/\/)?\//.exec(line)?.index;
  return start === undefined
    ? line
    : line.slice(0, start) + line.slice(start).split('/').slice(-KEPT_PATH_PARTS).join('/');
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
