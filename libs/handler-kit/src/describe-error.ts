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
/** Deeper chains repeat themselves. */
const MAX_CAUSES = 3;
/** Enough to find a file within its package. */
const KEPT_PATH_PARTS = 3;
/** A retry later than this is a mistake in the handler's arithmetic. */
const MAX_DELAY_MS = 366 * 86_400_000;

/**
 * Whatever was thrown, as strings that can be stored. Every property is read with care: getters and proxies may throw. What a
 * handler throws to end its attempt (FailJob and the like) is an answer, no accident: where it was thrown concerns no reader.
 */
export function describeError(thrown: unknown, code?: string): HandlerError {
  const causes = causesOf(thrown);
  const own =
    code ??
    [thrown, ...causes].map((each) => read(each, 'code')).find((each) => typeof each === 'string' && each !== '');
  const described: HandlerError = {
    class: storableText(classOf(thrown), MAX_NAME_BYTES),
    message: storableText(describeChain([thrown, ...causes]), MAX_MESSAGE_BYTES),
    stack: wishOf(thrown) === 'default' ? stackOf(thrown) : '',
  };
  if (typeof own === 'string' && own !== '') described.code = storableText(own, MAX_NAME_BYTES);
  return described;
}

/** `cause` after `cause`, and the first of several errors: "fetch failed" alone helps nobody. */
function causesOf(thrown: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let each = thrown; causes.length < MAX_CAUSES; ) {
    const errors = read(each, 'errors');
    each = read(each, 'cause') ?? (Array.isArray(errors) ? errors[0] : undefined);
    if (each === undefined || each === null || each === thrown || causes.includes(each)) break;
    causes.push(each);
  }
  return causes;
}

/** Each is cut so that the last one still has its place. */
function describeChain(errors: unknown[]): string {
  const bytes = Math.floor(MAX_MESSAGE_BYTES / errors.length);
  return errors.map((each) => storableText(messageOf(each), bytes)).join('; caused by: ');
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
