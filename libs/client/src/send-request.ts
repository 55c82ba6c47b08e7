import { errorOf, WindlassError } from './windlass-error.js';

export interface Connection {
  url: string;
  token: string;
  timeoutMs: number;
  fetch: typeof fetch;
}

/** What fetch takes as a body, of that what is used here. */
export type CallBody = string | Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

export interface CallOptions {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path and query, from `/`. */
  path: string;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. A stream can be sent only once, so such a call is never repeated. */
  body?: CallBody;
  headers?: Record<string, string>;
  /** The call may be sent again: it changes nothing, or the service recognises the repetition. */
  repeatable: boolean;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Five tries over at most about half a minute: longer outages are the caller's to decide about. */
const MAX_TRIES = 5;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

/** Sends a request and answers what came with 2xx, its body unread; anything else is thrown as WindlassError. */
export async function sendRequest(connection: Connection, call: CallOptions): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const failure = await tryOnce(connection, call);
    if (failure instanceof Response) return failure;
    const again = call.repeatable && tries < MAX_TRIES && isPassing(failure) && !call.signal?.aborted;
    if (!again) throw failure;
    await pause(delayMs(failure, tries), call.signal);
  }
}

async function tryOnce(connection: Connection, call: CallOptions): Promise<Response | WindlassError> {
  const timeoutMs = call.timeoutMs ?? connection.timeoutMs;
  const timeout = new AbortController();
  // Only until the answer's head: how long a body may take is up to whoever reads it.
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const response = await connection.fetch(`${connection.url}${call.path}`, {
      ...requestInit(connection, call),
      signal: call.signal ? AbortSignal.any([call.signal, timeout.signal]) : timeout.signal,
    });
    return response.ok ? response : await errorOf(response);
  } catch (cause) {
    if (call.signal?.aborted) throw cause;
    if (timeout.signal.aborted) {
      return new WindlassError('client.timeout', `No answer within ${timeoutMs} ms.`, 0, undefined, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new WindlassError('client.network', `The service could not be reached: ${reason}`, 0, undefined, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function requestInit(connection: Connection, call: CallOptions): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${connection.token}`, ...call.headers };
  if (call.json !== undefined) headers['content-type'] = 'application/json';
  const body = call.json === undefined ? call.body : JSON.stringify(call.json);
  const init: RequestInit & { duplex?: 'half' } = { method: call.method, headers };
  if (body !== undefined) init.body = body;
  // A streamed body has to say so; the standard knows no other value.
  if (body instanceof ReadableStream) init.duplex = 'half';
  return init;
}

function isPassing(failure: WindlassError): boolean {
  return failure.status === 0 || failure.status === 503 || failure.status === 429;
}

function delayMs(failure: WindlassError, tries: number): number {
  const asked = failure.problem?.retryAfterMs;
  const grown = FIRST_DELAY_MS * 2 ** (tries - 1);
  // Half of it random, so that clients that failed together do not come back together.
  const spread = grown * (0.5 + Math.random() / 2);
  return Math.min(MAX_DELAY_MS, Math.max(asked ?? 0, spread));
}

/** Rejects with the signal's reason when it aborts. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
