import type { ClientOperation } from '@windlass/proof';

/** What came back over HTTP. `status` 0: nothing, or only a part; it may have been done all the same. */
export interface Answer {
  status: number;
  body: unknown;
  code?: string;
  retryAfterMs?: number;
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
  key?: string;
  timeoutMs: number;
}

/** One call, never repeated: what the client saw is what is written down. Never rejects. */
export async function callGateway(url: string, token: string, call: Call): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.key !== undefined) headers['idempotency-key'] = call.key;
  try {
    const response = await fetch(`${url}${call.path}`, {
      method: call.method,
      headers,
      signal: AbortSignal.timeout(call.timeoutMs),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    const text = await response.text();
    const body = read(text, response.status);
    const code = (body as { code?: string } | undefined)?.code;
    const retryAfter = response.headers.get('retry-after') ?? '';
    return {
      status: response.status,
      body,
      ...(code === undefined ? {} : { code }),
      ...(/^\d+$/.test(retryAfter) ? { retryAfterMs: Number(retryAfter) * 1_000 } : {}),
    };
  } catch {
    return { status: 0, body: undefined };
  }
}

/** A refusal stands whatever it is written in. @throws SyntaxError when anything else is not JSON */
function read(text: string, status: number): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status >= 400) return undefined;
    throw error;
  }
}

/**
 * `fail` only where the contract says that nothing was done. A key in progress says nothing of the first request; the same goes for a
 * request that arrived too slowly to be answered otherwise.
 */
export function outcomeOf({ status, code }: Pick<Answer, 'status' | 'code'>): ClientOperation['outcome'] {
  if (status >= 200 && status < 300) return 'ok';
  if (code === 'submit.key-in-progress') return 'unknown';
  if (status >= 400 && status < 500) return 'fail';
  if (status === 503 && code?.endsWith('.not-accepted')) return 'fail';
  return 'unknown';
}

/** The API's contract has no other 5xx: whatever is down, it says 503. */
export const isServerError = ({ status }: Pick<Answer, 'status'>): boolean => status >= 500 && status !== 503;

/** Whoever is turned away is told when to come again. */
export const lacksRetryAfter = ({ status, retryAfterMs }: Pick<Answer, 'status' | 'retryAfterMs'>): boolean =>
  (status === 429 || status === 503) && retryAfterMs === undefined;

/** The same call may succeed in a moment. */
export function mayBeRepeated({ status, code }: Pick<Answer, 'status' | 'code'>): boolean {
  return status === 0 || status === 429 || status >= 500 || code === 'submit.key-in-progress';
}
