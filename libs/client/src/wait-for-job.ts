import { isFinished, type Job, type JobProgress } from './types.js';
import { WindlassError } from './windlass-error.js';

export interface WaitOptions {
  /** Default: one hour. */
  timeoutMs?: number;
  /** Called whenever progress or state changed. */
  onProgress?: (job: Job) => void;
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 3_600_000;
/** The service answers a longer wait only at the end, so whoever wants progress asks more often. */
const POLL_MS = 30_000;
const PROGRESS_POLL_MS = 1_000;

/** Asks with `read` until the job is finished. `read` waits up to `waitMs` at the service's side. */
export async function waitForJob(
  id: string,
  read: (waitMs: number) => Promise<Job>,
  options: WaitOptions,
): Promise<Job> {
  const deadline = performance.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const pollMs = options.onProgress ? PROGRESS_POLL_MS : POLL_MS;
  let seen = '';
  for (;;) {
    options.signal?.throwIfAborted();
    const leftMs = Math.max(0, Math.ceil(deadline - performance.now()));
    const job = await read(Math.min(pollMs, leftMs));
    const now = mark(job.state, job.progress);
    if (now !== seen) options.onProgress?.(job);
    seen = now;
    if (isFinished(job.state)) return job;
    if (performance.now() >= deadline) {
      throw new WindlassError('client.timeout', `Job ${id} is still ${job.state}; it goes on without you.`, 0);
    }
  }
}

function mark(state: string, progress: JobProgress | undefined): string {
  return `${state} ${progress?.percent ?? ''} ${progress?.message ?? ''}`;
}
