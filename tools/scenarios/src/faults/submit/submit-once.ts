import type { ClientOperation } from '@windlass/proof';

export interface Submission extends ClientOperation {
  op: 'submit';
  key: string;
  /** `Retry-After` was there. */
  retryAfter: boolean;
  /** The gateway's port refused: nothing was sent at all. */
  refused: boolean;
}

/** Longer than the gateway's own wait for core: it answers before. */
const ANSWER_MS = 10_000;

/** One POST, never repeated: what came of it is told as it was. */
export async function submitOnce(
  url: string,
  token: string,
  job: { type: string; payload: unknown },
  key: string,
): Promise<Submission> {
  const fromMs = Date.now();
  const told = { op: 'submit', key, fromMs, retryAfter: false, refused: false } as const;
  try {
    const response = await fetch(`${url}/v1/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(job),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { id, code } = (await response.json()) as { id?: string; code?: string };
    const { status } = response;
    return {
      ...told,
      toMs: Date.now(),
      outcome: outcomeOf(status, code),
      status,
      retryAfter: response.headers.has('retry-after'),
      ...(code === undefined ? {} : { code }),
      ...(id === undefined ? {} : { jobId: id }),
    };
  } catch (error) {
    const refused = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
    return { ...told, toMs: Date.now(), outcome: refused ? 'fail' : 'unknown', refused };
  }
}

function outcomeOf(status: number, code: string | undefined): ClientOperation['outcome'] {
  if (status >= 200 && status < 300) return 'ok';
  if (status >= 400 && status < 500) return 'fail';
  return status === 503 && code?.endsWith('.not-accepted') ? 'fail' : 'unknown';
}
