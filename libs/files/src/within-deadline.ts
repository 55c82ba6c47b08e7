import type { Runtime } from '@windlass/clock';
import { fault } from '@windlass/faults';

export interface Deadline {
  runtime: Runtime;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Runs one call to the storage. Rejects `files.unavailable` when it takes longer than `timeoutMs` and with the signal's reason
 * when that aborts, at once in both cases, even if the call itself cannot be interrupted (a hung NFS mount).
 * The signal handed to `call` says that nobody waits any more.
 */
export async function withinDeadline<T>(deadline: Deadline, call: (gaveUp: AbortSignal) => Promise<T>): Promise<T> {
  const { runtime, timeoutMs, signal } = deadline;
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  const timer = runtime.after(timeoutMs, () =>
    controller.abort(fault('files.unavailable', { cause: new Error(`no answer within ${timeoutMs} ms`) })),
  );
  signal?.addEventListener('abort', abort, { once: true });
  const interrupted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  try {
    return await Promise.race([call(controller.signal), interrupted]);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', abort);
  }
}
