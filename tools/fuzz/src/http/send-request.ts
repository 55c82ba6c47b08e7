import { Agent, type IncomingMessage, request as openRequest } from 'node:http';

export interface FuzzRequest {
  method: string;
  /** Path and query, sent as it is. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface FuzzAnswer {
  status: number;
  /** Names in lower case; repeated ones are joined. */
  headers: Record<string, string>;
  text: string;
  /** A stream, or an answer beyond what is kept, of which only the beginning was read. */
  cut: boolean;
}

export interface SendOptions {
  timeoutMs?: number;
  /** How long an event stream is listened to. */
  streamMs?: number;
}

/** Longer than any bounded wait of the API that a case asks for. */
const TIMEOUT_MS = 20_000;
const STREAM_MS = 250;
const MAX_KEPT_BYTES = 4 * 1_048_576;

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/**
 * Sends one request and reads its answer. `fetch` would tidy up paths and refuse headers that are the point here.
 * @throws Error when no answer came: refused, cut, or too late
 */
export async function sendRequest(url: string, sent: FuzzRequest, options: SendOptions = {}): Promise<FuzzAnswer> {
  try {
    return await sendOnce(url, sent, options);
  } catch (error) {
    // The server may close an idle connection at the very moment of its reuse; that says nothing about this request.
    if (!(error as { reused?: boolean }).reused) throw error;
    return sendOnce(url, { ...sent, headers: { ...sent.headers, connection: 'close' } }, options);
  }
}

function sendOnce(url: string, sent: FuzzRequest, options: SendOptions): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(url);
  const body = sent.body === undefined ? undefined : Buffer.from(sent.body);
  return new Promise((resolve, reject) => {
    const request = openRequest({
      agent,
      hostname,
      port,
      method: sent.method,
      path: sent.path,
      headers: { ...sent.headers, ...(body ? { 'content-length': String(body.length) } : {}) },
    });
    const timer = setTimeout(
      () => request.destroy(new Error(`no answer within ${options.timeoutMs ?? TIMEOUT_MS} ms`)),
      options.timeoutMs ?? TIMEOUT_MS,
    );
    let answered = false;
    request.once('response', (response) => {
      answered = true;
      readAnswer(response, options.streamMs ?? STREAM_MS)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A refusal may come before the body is through: then the connection breaks behind the answer.
      if (answered) return;
      clearTimeout(timer);
      const reused = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(Object.assign(new Error(`no answer: ${error.message}`), { reused }));
    });
    request.end(body);
  });
}

function readAnswer(response: IncomingMessage, streamMs: number): Promise<FuzzAnswer> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = [value].flat().join(', ');
  const chunks: Buffer[] = [];
  let kept = 0;
  return new Promise((resolve, reject) => {
    const done = (cut: boolean) => {
      clearTimeout(timer);
      if (cut) response.destroy();
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: response.statusCode ?? 0, headers, text, cut });
    };
    const isStream = headers['content-type']?.startsWith('text/event-stream') ?? false;
    const timer = isStream ? setTimeout(() => done(true), streamMs) : undefined;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      kept += chunk.length;
      if (kept > MAX_KEPT_BYTES) done(true);
    });
    response.once('end', () => done(false));
    response.once('error', (error) => {
      if (isStream) done(true);
      else reject(new Error(`the answer broke off: ${error.message}`));
    });
  });
}

/** Ends idle connections, so that the process can end. */
export function closeConnections(): void {
  agent.destroy();
}
