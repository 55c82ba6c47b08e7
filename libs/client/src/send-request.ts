import { delayMs, isPassing, MAX_TRIES, pause } from './back-off.js';
import { errorOf, WindlassError } from './windlass-error.js';

export interface Connection {
  url: string;
  token: string;
  timeoutMs: number;
  fetch: typeof fetch;
  /** Something has answered there before, so what fails now is an outage rather than a wrong address. */
  answered: boolean;
}

/** What fetch takes as a body, of that what is used here. */
export type CallBody = string | Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

export interface CallOptions {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
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

/** Sends a request and answers what came with 2xx, its body unread; anything else is thrown as WindlassError. */
export async function sendRequest(connection: Connection, call: CallOptions): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const failure = await tryOnce(connection, call);
    if (failure instanceof Response) return failure;
    const again = call.repeatable && tries < MAX_TRIES && isPassing(failure) && !call.signal?.aborted;
    if (!again) throw failure;
    await pause(delayMs(failure.problem?.retryAfterMs, tries), call.signal);
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
    connection.answered = true;
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
