import type { AttemptContext } from './attempt-context.js';
import { describeError, type HandlerError, read, wishOf } from './describe-error.js';
import type { RetryWish } from './end-job.js';
import type { AnyDefinition } from './load-handlers.js';

/** Larger results belong into an artifact: this one travels through the broker and is stored in a row. */
export const MAX_RESULT_BYTES = 8 * 1024 * 1024;

/** How a handler's run ended, seen from inside its process. */
export type Verdict =
  | { kind: 'succeeded'; result: string }
  | { kind: 'failed'; error: HandlerError; retry: RetryWish }
  | { kind: 'cancelled'; error: HandlerError }
  | { kind: 'timed-out' }
  | { kind: 'aborted' };

/** Runs one attempt to its verdict. Never throws. */
export async function performAttempt(
  definition: AnyDefinition,
  payload: string,
  context: AttemptContext,
): Promise<Verdict> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch (error) {
    return { kind: 'failed', error: describeError(error, 'payload-not-json'), retry: 'never' };
  }
  let result: unknown;
  try {
    result = await definition.run(parsed, context);
  } catch (error) {
    return verdictOfThrown(error, context);
  }
  return verdictOfResult(result);
}

/**
 * A handler that obeys its signal mostly throws: after a cancel that is `aborted`, whatever it threw. After the soft
 * limit it is `timed-out` if it threw the signal's reason or an AbortError; any other error is its own.
 */
function verdictOfThrown(thrown: unknown, context: AttemptContext): Verdict {
  if (context.abortedBy === 'soft-limit') {
    const reason: unknown = context.signal.reason;
    if (thrown === reason || read(thrown, 'cause') === reason || read(thrown, 'name') === 'AbortError') {
      return { kind: 'timed-out' };
    }
  } else if (context.abortedBy) {
    return { kind: 'aborted' };
  }
  const wish = wishOf(thrown);
  const error = describeError(thrown);
  return wish === 'cancel' ? { kind: 'cancelled', error } : { kind: 'failed', error, retry: wish };
}

function verdictOfResult(result: unknown): Verdict {
  if (result === undefined) return { kind: 'succeeded', result: 'null' };
  let text: string | undefined;
  try {
    text = JSON.stringify(result);
  } catch (error) {
    // BigInt, a cycle, a throwing toJSON; or a string beyond V8's maximum.
    const why = describeError(error).message;
    return refuse('result-not-json', `The handler's result cannot be written as JSON: ${why}`);
  }
  if (text === undefined) {
    return refuse('result-not-json', `The handler's result cannot be written as JSON: it is a ${typeof result}.`);
  }
  // A UTF-16 unit is at most 3 bytes of UTF-8: most results need not be measured.
  if (text.length * 3 > MAX_RESULT_BYTES && Buffer.byteLength(text) > MAX_RESULT_BYTES) {
    const limit = `${MAX_RESULT_BYTES / 1024 / 1024} MiB`;
    return refuse('result-too-large', `The handler's result is larger than ${limit}. Store it with context.files.put.`);
  }
  return { kind: 'succeeded', result: text };
}

/** The same code would return the same thing again: no retry. */
function refuse(code: string, message: string): Verdict {
  return { kind: 'failed', error: { class: 'ResultError', code, message, stack: '' }, retry: 'never' };
}
