import { delayMs, isPassing, MAX_TRIES, pause } from './back-off.js';
import { readServerEvents, type ServerEvent } from './read-server-events.js';
import { type Connection, sendRequest } from './send-request.js';
import { errorOfText, WindlassError } from './windlass-error.js';

export interface FollowOptions {
  /** Longest outage that is bridged, default 5 minutes: after it the failure is thrown. */
  outageMs?: number;
  signal?: AbortSignal;
}

const DEFAULT_OUTAGE_MS = 300_000;
/** The service sends a comment every 15 s: three missed mean that the connection is dead. */
const SILENCE_MS = 45_000;

/**
 * The events of a stream up to the one named `end`. A connection that breaks is made anew and goes on behind the last event that
 * came, so each comes once. One named `error` holds the problem that the service ended the stream with.
 */
export async function* followStream(
  connection: Connection,
  path: string,
  options: FollowOptions & { lastEventId?: string },
): AsyncGenerator<ServerEvent> {
  const { signal, outageMs = DEFAULT_OUTAGE_MS } = options;
  let { lastEventId } = options;
  let failures = 0;
  let brokenAtMs: number | undefined;
  for (;;) {
    let failure: WindlassError;
    try {
      const stream = await openStream(connection, path, lastEventId, signal);
      const onAlive = () => {
        brokenAtMs = undefined;
      };
      for await (const event of readServerEvents(stream, { silenceMs: SILENCE_MS, onAlive })) {
        if (event.name === 'end') return;
        if (event.name === 'error') throw errorOfText(event.data, 200);
        failures = 0;
        lastEventId = event.id ?? lastEventId;
        yield event;
      }
      failure = new WindlassError('client.network', 'The stream ended before the job did.', 0);
    } catch (error) {
      if (signal?.aborted) throw error;
      failure = failureOf(error);
      if (!isPassing(failure)) throw failure;
    }
    failures += 1;
    brokenAtMs ??= performance.now();
    const hopeless = connection.answered ? performance.now() - brokenAtMs >= outageMs : failures >= MAX_TRIES;
    if (hopeless) throw failure;
    await pause(delayMs(failure.problem?.retryAfterMs, failures), signal);
  }
}

async function openStream(
  connection: Connection,
  path: string,
  lastEventId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  const call = { method: 'GET', path, headers, repeatable: false } as const;
  const response = await sendRequest(connection, signal ? { ...call, signal } : call);
  if (response.body && response.headers.get('content-type')?.startsWith('text/event-stream')) return response.body;
  await response.body?.cancel();
  throw new WindlassError('client.unexpected', 'The service did not answer with a stream of events.', response.status);
}

/** A connection that breaks under way is fetch's own error. */
function failureOf(error: unknown): WindlassError {
  if (error instanceof WindlassError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WindlassError('client.network', `The connection broke: ${reason}`, 0, undefined, { cause: error });
}
