import { delayMs, isPassing, MAX_TRIES, pause } from './back-off.js';
import type { Job, JobProgress } from './types/job.js';
import { isFinished } from './types/state.js';
import { WindlassError } from './windlass-error.js';

export interface WaitOptions {
  /** Default: one hour. */
  timeoutMs?: number;
  /** Called whenever progress or state changed. */
  onProgress?: (job: Job) => void;
  /** Called when the service cannot be reached or puts the question off; the wait goes on. */
  onTrouble?: (failure: WindlassError) => void;
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 3_600_000;
/** The service answers a longer wait only at the end, so whoever wants progress asks more often. */
const POLL_MS = 30_000;
const PROGRESS_POLL_MS = 1_000;

/**
 * Asks with `read` until the job is finished. `read` waits up to `waitMs` at the service's side and tries once. Outages end the wait
 * only with its time, or when nothing has ever `answered` there: then the address is wrong.
 */
export async function waitForJob(
  id: string,
  read: (waitMs: number) => Promise<Job>,
  answered: () => boolean,
  options: WaitOptions,
): Promise<Job> {
  const deadline = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const pollMs = options.onProgress ? PROGRESS_POLL_MS : POLL_MS;
  let seen = '';
  let failures = 0;
  let brokeOff = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const job = await read(Math.min(pollMs, leftMs(deadline))).catch(passing);
    const lastCall = performance.now() >= deadline;
    if (job instanceof WindlassError) {
      failures += 1;
      brokeOff ||= hadConnected(job);
      if (!brokeOff && !answered() && failures >= MAX_TRIES) throw job;
      if (lastCall) throw timeout(`Job ${id} may be finished or not: ${job.message}`, job);
      options.onTrouble?.(job);
      await pause(Math.min(delayMs(job.problem?.retryAfterMs, failures), leftMs(deadline)), options.signal);
      continue;
    }
    failures = 0;
    const now = mark(job.state, job.progress);
    if (now !== seen) options.onProgress?.(job);
    seen = now;
    if (isFinished(job.state)) return job;
    if (lastCall) throw timeout(`Job ${id} is still ${job.state}; it goes on without you.`);
  }
}

/** A connection that stood and broke shows that the address is right, also before the first answer. */
function hadConnected(failure: WindlassError): boolean {
  const reason = failure.cause instanceof Error ? failure.cause.cause : undefined;
  const code = (reason as { code?: unknown } | undefined)?.code;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
}

function leftMs(deadline: number): number {
  return Math.max(0, Math.ceil(deadline - performance.now()));
}

function passing(error: unknown): WindlassError {
  if (error instanceof WindlassError && isPassing(error)) return error;
  throw error;
}

function timeout(message: string, cause?: WindlassError): WindlassError {
  return new WindlassError('client.timeout', message, 0, undefined, { cause });
}

function mark(state: string, progress: JobProgress | undefined): string {
  return `${state} ${progress?.percent ?? ''} ${progress?.phase ?? ''} ${progress?.message ?? ''}`;
}
